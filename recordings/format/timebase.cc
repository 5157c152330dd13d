#include "recordings/format/timebase.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::recordings {
namespace {

constexpr double kRegularWithin = 0.45;    // of a sample
constexpr double kRowsPerIntervalMax = 8;  // of an irregular clock
constexpr double kHeldIntervals = 4;       // then a sample is no longer what is there now
constexpr double kJump_s = 86'400, kJumpRecordings = 64;
constexpr double kRowsCounted = 9007199254740992;  // 2^53, and far more than anybody stores
constexpr double kShorterThanShortest = 0.999;     // so that rounding cannot join two samples

std::vector<double> intervals_of(std::span<const double> times_s) {
  std::vector<double> intervals;
  for (size_t i = 1; i < times_s.size(); ++i) { intervals.push_back(times_s[i] - times_s[i - 1]); }
  return intervals;
}

double median_of(std::vector<double> numbers) {
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

struct Line {
  double first_s, period_s, deviation_s;  ///< largest distance of a time from the line
};

Line line_through(std::span<const double> times_s) {
  const auto n = static_cast<double>(times_s.size());
  const double middle = (n - 1) / 2;
  double sum_s = 0, moment = 0;
  for (size_t i = 0; i < times_s.size(); ++i) {
    sum_s += times_s[i] - times_s[0];  // relative: clocks may count from 1970
    moment += (static_cast<double>(i) - middle) * (times_s[i] - times_s[0]);
  }
  Line line{};
  line.period_s = moment / (n * (n * n - 1) / 12);
  line.first_s = times_s[0] + sum_s / n - middle * line.period_s;
  for (size_t i = 0; i < times_s.size(); ++i) {
    line.deviation_s = std::max(line.deviation_s, std::abs(times_s[i] - line.first_s -
                                                           static_cast<double>(i) * line.period_s));
  }
  return line;
}

}  // namespace

std::optional<Diagnostic> wrong_times(const std::filesystem::path& file, const std::string& field,
                                      std::span<const double> times_s) {
  for (size_t i = 0; i < times_s.size(); ++i) {
    if (!std::isfinite(times_s[i]) || (i > 0 && times_s[i] <= times_s[i - 1])) {
      return problem_in(
          file, fmt::format("{}[{}]", field, i), "times must rise",
          i > 0 ? fmt::format("a finite time after {}", times_s[i - 1]) : "a finite time",
          fmt::format("{}", times_s[i]));
    }
  }
  return std::nullopt;
}

size_t after_longest_wait(std::span<const double> times_s) {
  const std::vector<double> intervals = intervals_of(times_s);
  return static_cast<size_t>(std::max_element(intervals.begin(), intervals.end()) -
                             intervals.begin()) +
         1;
}

std::optional<size_t> jump_in(std::span<const double> times_s) {
  if (times_s.size() < 2) { return std::nullopt; }
  const size_t after = after_longest_wait(times_s);
  const double recording_s = static_cast<double>(times_s.size()) * median_of(intervals_of(times_s));
  const double wait_s = times_s[after] - times_s[after - 1];
  return wait_s > std::max(kJump_s, kJumpRecordings * recording_s) ? std::optional(after)
                                                                   : std::nullopt;
}

Timebase regular_timebase(double first_s, double rate_hz, int64_t rows) {
  return {first_s - 0.5 / rate_hz, rate_hz, rows, rate_hz, true};
}

Timebase timebase_of(std::span<const double> times_s) {
  const auto rows = static_cast<int64_t>(times_s.size());
  if (rows < 2) { return regular_timebase(rows == 0 ? 0 : times_s[0], 1, rows); }
  const Line line = line_through(times_s);
  const std::vector<double> intervals = intervals_of(times_s);
  const double median_s = median_of(intervals);
  if (line.deviation_s < kRegularWithin * line.period_s) {
    Timebase base = regular_timebase(line.first_s, 1 / line.period_s, rows);
    base.native_rate_hz = 1 / median_s;
    return base;
  }
  const double shortest_s = *std::min_element(intervals.begin(), intervals.end());
  const double row_s = std::max(kShorterThanShortest * shortest_s, median_s / kRowsPerIntervalMax);
  Timebase base;
  base.rate_hz = 1 / row_s;
  base.start_s = times_s[0] - 0.5 * row_s;
  base.rows = static_cast<int64_t>(
      std::min(kRowsCounted, std::floor((times_s.back() - base.start_s) / row_s) + 1));
  base.native_rate_hz = 1 / median_s;
  base.regular = false;
  return base;
}

std::vector<int64_t> samples_on(const Timebase& base, std::span<const double> times_s,
                                int64_t& lost) {
  std::vector<int64_t> samples(static_cast<size_t>(base.rows), -1);
  for (size_t i = 0; i < times_s.size(); ++i) {
    const double place = std::floor((times_s[i] - base.start_s) / (1 / base.rate_hz));
    if (place < 0 || place >= static_cast<double>(base.rows)) {
      ++lost;
      continue;
    }
    int64_t& there = samples[static_cast<size_t>(place)];
    if (there >= 0) { ++lost; }
    there = static_cast<int64_t>(i);
  }
  if (base.regular) { return samples; }
  const auto held = static_cast<int64_t>(kHeldIntervals * base.rate_hz / base.native_rate_hz);
  for (int64_t row = 1, last = 0; row < base.rows; ++row) {
    if (samples[static_cast<size_t>(row)] >= 0) {
      last = row;
    } else if (row - last <= held) {
      samples[static_cast<size_t>(row)] = samples[static_cast<size_t>(last)];
    }
  }
  return samples;
}

}  // namespace enigma::recordings
