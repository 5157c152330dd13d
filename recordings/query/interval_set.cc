#include "recordings/query/interval_set.h"

#include <algorithm>

namespace enigma::recordings::query {

std::vector<TimeInterval> without(TimeInterval whole, const std::vector<TimeInterval>& holes) {
  std::vector<TimeInterval> left;
  double from_s = whole.start_s;
  for (const TimeInterval& hole : holes) {
    if (from_s < hole.start_s) { left.push_back({from_s, hole.start_s}); }
    from_s = std::max(from_s, hole.end_s);
  }
  if (from_s < whole.end_s) { left.push_back({from_s, whole.end_s}); }
  return left;
}

std::vector<TimeInterval> intersection(const std::vector<TimeInterval>& a,
                                       const std::vector<TimeInterval>& b) {
  std::vector<TimeInterval> common;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double from_s = std::max(a[i].start_s, b[j].start_s);
    const double to_s = std::min(a[i].end_s, b[j].end_s);
    if (from_s < to_s) { common.push_back({from_s, to_s}); }
    if (a[i].end_s < b[j].end_s) {
      ++i;
    } else {
      ++j;
    }
  }
  return common;
}

}  // namespace enigma::recordings::query
