// Spike times counted in bins of one clock.
#pragma once

#include "recordings/format/native_files.h"
#include "recordings/import/time_span.h"

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings::importer::nwb {

/// Bin b holds [b / rate, (b + 1) / rate), for b in [first, first + count).
struct SpikeBins {
  int64_t first = 0, count = 0;
  double rate_hz = 0;
  double start_s() const { return static_cast<double>(first) / rate_hz; }
  double end_s() const { return static_cast<double>(first + count) / rate_hz; }
};

/// The bin that holds t, borders as floating point has them.
int64_t bin_of(double t_s, double rate_hz);

struct CountedUnit {
  std::span<const double> times_s;   ///< rising
  std::vector<TimeSpan> unobserved;  ///< joined: bins that meet one are NaN
};

/// Writes a sequence of counts, bin by bin, and returns how many bins have a NaN. Counts are
/// float16 up to 2,048 a bin, float32 up to 2^24, float64 beyond: exact.
int64_t write_spike_counts(const std::filesystem::path& folder, const SpikeBins& bins,
                           const std::vector<CountedUnit>& units, NumberType& type);

}  // namespace enigma::recordings::importer::nwb
