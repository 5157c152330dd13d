// Slow changes that no stimulus explains: fluctuations that neurons share, baselines that drift.
#pragma once

#include "recordings/generate/stream.h"

#include <cstdint>
#include <vector>

namespace enigma::recordings::generate {

/// One slow signal of variance 1 and mean 0: filtered noise with the given time constant, at
/// `rate_hz`.
std::vector<float> slow_signal(Stream stream, int64_t samples, double rate_hz, double time_s);

inline constexpr double kLatentTime_s = 3, kDriftTime_s = 120;

}  // namespace enigma::recordings::generate
