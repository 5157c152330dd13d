#include "orchestrator/documents/sample.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace enigma::documents {
namespace {

using Places = std::vector<size_t>;  ///< of rows, rising

/// Of `places` from `begin` to before `end`, those of the lowest and the highest value that is
/// known; the first one where none is.
void keep_extremes(const Json& rows, const Places& places, size_t begin, size_t end, Places& kept) {
  const auto value = [&](size_t k) -> const Json& { return rows[places[k]]["value"]; };
  std::optional<size_t> low, high;
  for (size_t k = begin; k < end; ++k) {
    if (!value(k).is_number()) { continue; }
    if (!low || value(k) < value(*low)) { low = k; }
    if (!high || value(k) > value(*high)) { high = k; }
  }
  kept.push_back(places[low.value_or(begin)]);
  if (high && *high != *low) { kept.push_back(places[*high]); }
}

void keep_some(const Json& rows, const Places& places, size_t points, Places& kept) {
  if (places.size() <= std::max<size_t>(points, 4)) {
    kept.insert(kept.end(), places.begin(), places.end());
    return;
  }
  const size_t inner = places.size() - 2, stretches = std::max<size_t>(points / 2, 2) - 1;
  kept.push_back(places.front());
  for (size_t k = 0; k < stretches; ++k) {
    const size_t begin = 1 + k * inner / stretches, end = 1 + (k + 1) * inner / stretches;
    if (begin < end) { keep_extremes(rows, places, begin, end, kept); }
  }
  kept.push_back(places.back());
}

}  // namespace

Json sampled(const Json& rows, size_t points) {
  std::map<std::string, Places> by_name;
  for (size_t k = 0; k < rows.size(); ++k) {
    by_name[rows[k]["name"].get<std::string>()].push_back(k);
  }
  Places kept;
  for (const auto& [name, places] : by_name) { keep_some(rows, places, points, kept); }
  std::sort(kept.begin(), kept.end());
  auto some = Json::array();
  for (const size_t k : kept) { some.push_back(rows[k]); }
  return some;
}

Json rows_from(const Json& rows, int64_t from) {
  auto some = Json::array();
  for (const Json& row : rows) {
    if (row["step"].get<int64_t>() >= from) { some.push_back(row); }
  }
  return some;
}

}  // namespace enigma::documents
