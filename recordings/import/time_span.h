// Stretches of time, and what lies in them.
#pragma once

#include <vector>

namespace enigma::recordings::importer {

/// [from, to).
struct TimeSpan {
  double from_s = 0, to_s = 0;
};

/// Sorted, and one where they meet.
std::vector<TimeSpan> joined(std::vector<TimeSpan> spans);
/// Whether one of joined spans holds more of [from, to) than rounding makes.
bool meet(const std::vector<TimeSpan>& joined, const TimeSpan& span);
/// Seconds of [from, to) that joined spans hold.
double seconds_in(const std::vector<TimeSpan>& joined, const TimeSpan& span);
/// What joined spans leave free of [from, to).
std::vector<TimeSpan> between(const std::vector<TimeSpan>& joined, const TimeSpan& span);

}  // namespace enigma::recordings::importer
