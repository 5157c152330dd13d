#include "diagnostics/nearest.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <vector>

namespace enigma {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

namespace {

bool same_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view word, std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (same_but_for_case(word, name)) { return name; }
  }
  const size_t limit = std::max<size_t>(2, word.size() / 3);
  std::optional<std::string> best;
  size_t best_distance = limit + 1;
  for (const std::string& name : names) {
    const size_t distance = edit_distance(word, name);
    if (distance >= best_distance) { continue; }
    best_distance = distance;
    best = name;
  }
  return best;
}

std::string suggest_name(std::string_view word, std::span<const std::string> names) {
  if (const auto near = nearest_name(word, names)) { return "did you mean '" + *near + "'?"; }
  std::string list;
  for (const std::string& name : names) { list += (list.empty() ? "" : ", ") + name; }
  return list.empty() ? "" : "known: " + list;
}

}  // namespace enigma
