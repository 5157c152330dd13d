#include "sweeps/law/table/excluded.h"

#include <algorithm>
#include <map>

namespace enigma::law {

namespace {

/// Beyond so many a list helps nobody, and millions of entries would fill the memory.
constexpr size_t kListed = 100'000;
/// Reasons that hold a value of their row are not told apart beyond so many.
constexpr size_t kReasons = 100;
constexpr const char* kAnyReason = "many different reasons";

}  // namespace

void exclude(std::vector<Excluded>& excluded, const RowId& id, const std::string& why) {
  if (excluded.size() < kListed) {
    excluded.push_back({id.text(), why});
    return;
  }
  const auto folded = std::find_if(excluded.begin() + kListed, excluded.end(),
                                   [&](const Excluded& one) { return one.why == why; });
  if (folded != excluded.end()) {
    ++folded->rows;
  } else if (excluded.size() < kListed + kReasons) {
    excluded.push_back({"further rows, from " + id.text() + " on", why});
  } else {
    ++excluded.back().rows;
    excluded.back().why = kAnyReason;
  }
}

size_t rows_in(const std::vector<Excluded>& excluded) {
  size_t rows = 0;
  for (const Excluded& one : excluded) { rows += one.rows; }
  return rows;
}

std::string reasons_of(const std::vector<Excluded>& excluded) {
  std::map<std::string, size_t> reasons;
  for (const Excluded& one : excluded) { reasons[one.why] += one.rows; }
  std::string text;
  for (const auto& [why, rows] : reasons) {
    text += (text.empty() ? "" : "; ") + std::to_string(rows) + ": " + why;
  }
  return text;
}

}  // namespace enigma::law
