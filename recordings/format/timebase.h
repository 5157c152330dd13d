// From the times at which samples were taken to the regular clock of a sequence (recordings.md
// 1.1: start, rate, rows).
#pragma once

#include "recordings/format/problem.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace enigma::recordings {

/// Row r is read for times in [start + r / rate, start + (r + 1) / rate).
struct Timebase {
  double start_s = 0;
  double rate_hz = 0;
  int64_t rows = 0;
  double native_rate_hz = 0;  ///< one over the median interval of the samples
  bool regular = true;        ///< each row is one sample, in order

  double end_s() const { return start_s + static_cast<double>(rows) / rate_hz; }
};

/// What is wrong with sample times (not finite, not rising), or nothing.
std::optional<Diagnostic> wrong_times(const std::filesystem::path& file, const std::string& field,
                                      std::span<const double> times_s);

/// The sample before which there was the longest wait; there must be two.
size_t after_longest_wait(std::span<const double> times_s);
/// That sample, where its wait is of another order than the recording (more than a day, and 64
/// times as long as all samples at the median interval): the clock jumped.
std::optional<size_t> jump_in(std::span<const double> times_s);

/// Samples at `first_s + k / rate`: each row begins half a sample early, so that rounding never
/// takes a sample's own time for the row before.
Timebase regular_timebase(double first_s, double rate_hz, int64_t rows);

/// The clock of samples at rising times. Where every time lies within 0.45 of a sample of a regular
/// clock (least squares), that clock. Else rows so short (at most 8 a median interval) that two
/// samples do not meet in one: reading at a sample's own time gives that sample, exactly.
Timebase timebase_of(std::span<const double> times_s);

/// Per row of `base`, the sample to store there, or −1 where nothing was recorded. Rows without a
/// sample of their own hold the one before where `base` is irregular, for up to 4 median intervals;
/// of two samples in one row the later counts, and `lost` says how often that was so.
std::vector<int64_t> samples_on(const Timebase& base, std::span<const double> times_s,
                                int64_t& lost);

}  // namespace enigma::recordings
