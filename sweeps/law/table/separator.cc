#include "sweeps/law/table/separator.h"

#include <algorithm>
#include <vector>

namespace enigma::law {

namespace {

constexpr size_t kRowsLookedAt = 20;
constexpr std::string_view kSeparators = ",;\t";

/// How often each of kSeparators stands outside quotes in one line.
using Counts = std::vector<size_t>;

/// Counts of the first line, which is taken from `text`.
Counts next_line(std::string_view& text) {
  Counts counts(kSeparators.size(), 0);
  bool quoted = false;
  for (size_t k = 0; k < text.size(); ++k) {
    const char byte = text[k];
    if (byte == '"') { quoted = !quoted; }
    if (byte == '\n' && !quoted) {
      text.remove_prefix(k + 1);
      return counts;
    }
    const size_t which = kSeparators.find(byte);
    if (!quoted && which != std::string_view::npos) { ++counts[which]; }
  }
  text = {};
  return counts;
}

void skip_blank_lines(std::string_view& text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (text.substr(0, end).find_first_not_of(" \t") != std::string_view::npos) { return; }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

std::string name_of_separator(char byte) {
  return byte == ',' ? "commas" : byte == ';' ? "semicolons" : "tabs";
}

Separator separator_of(std::string_view beginning) {
  skip_blank_lines(beginning);
  const auto head = next_line(beginning);
  std::vector<size_t> candidates;
  for (size_t k = 0; k < kSeparators.size(); ++k) {
    if (head[k] > 0) { candidates.push_back(k); }
  }
  if (candidates.empty()) { return {}; }
  const std::vector<size_t> in_head = candidates;
  for (size_t row = 0; row < kRowsLookedAt && candidates.size() > 1; ++row) {
    skip_blank_lines(beginning);
    if (beginning.empty()) { break; }
    const auto counts = next_line(beginning);
    std::erase_if(candidates, [&](size_t k) { return counts[k] != head[k]; });
  }
  if (candidates.size() == 1) { return {.byte = kSeparators[candidates[0]]}; }
  Separator doubtful{.in_doubt = true};
  for (const size_t k : in_head) {
    doubtful.found += (doubtful.found.empty() ? "" : " and ") + name_of_separator(kSeparators[k]);
  }
  return doubtful;
}

}  // namespace enigma::law
