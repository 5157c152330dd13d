#include "recordings/import/time_span.h"

#include <algorithm>

namespace enigma::recordings::importer {
namespace {

constexpr double kRounding = 1e-3;  // of a span: clocks may count from 1970

}  // namespace

std::vector<TimeSpan> joined(std::vector<TimeSpan> spans) {
  std::sort(spans.begin(), spans.end(),
            [](const TimeSpan& a, const TimeSpan& b) { return a.from_s < b.from_s; });
  std::vector<TimeSpan> whole;
  for (const TimeSpan& span : spans) {
    if (!(span.from_s < span.to_s)) { continue; }
    if (whole.empty() || whole.back().to_s < span.from_s) {
      whole.push_back(span);
    } else {
      whole.back().to_s = std::max(whole.back().to_s, span.to_s);
    }
  }
  return whole;
}

bool meet(const std::vector<TimeSpan>& joined, const TimeSpan& span) {
  const double slack_s = kRounding * (span.to_s - span.from_s);
  const auto after = std::partition_point(joined.begin(), joined.end(), [&](const TimeSpan& one) {
    return one.to_s <= span.from_s + slack_s;
  });
  return after != joined.end() && after->from_s < span.to_s - slack_s;
}

double seconds_in(const std::vector<TimeSpan>& joined, const TimeSpan& span) {
  double seconds = 0;
  for (const TimeSpan& one : joined) {
    seconds += std::max(0.0, std::min(one.to_s, span.to_s) - std::max(one.from_s, span.from_s));
  }
  return seconds;
}

std::vector<TimeSpan> between(const std::vector<TimeSpan>& joined, const TimeSpan& span) {
  std::vector<TimeSpan> free;
  double from_s = span.from_s;
  for (const TimeSpan& one : joined) {
    if (one.to_s <= from_s) { continue; }
    if (one.from_s >= span.to_s) { break; }
    if (from_s < one.from_s) { free.push_back({from_s, one.from_s}); }
    from_s = one.to_s;
  }
  if (from_s < span.to_s) { free.push_back({from_s, span.to_s}); }
  return free;
}

}  // namespace enigma::recordings::importer
