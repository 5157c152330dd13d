// Spike trains asked for counts: in a window at each time, smoothed along the times where wanted.
#pragma once

#include "recordings/format/spikes.h"
#include "recordings/query/answer.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <vector>

namespace enigma::recordings::query {

struct SpikesDevice {
  Spikes spikes;
  double window_s = 0.3;
  enum class Align { center, left, right } align = Align::center;
  double smoothing_sigma = 0;  ///< standard deviation in samples of the query; 0 = none
};

/// Options of `config`: interpolation_window (s), interpolation_align (center | left | right),
/// smoothing_sigma (samples), cache_data; no other is taken.
Parsed<SpikesDevice> open_spikes_device(const std::filesystem::path& folder,
                                        const nlohmann::json& meta, const nlohmann::json& config);

Clock clock_of(const SpikesDevice& device);

/// Counts in [t − w/2, t + w/2), [t, t + w) or [t − w, t) as float64, (times, units). Smoothing: a
/// Gaussian over the times answered, cut at 4 sigma, reflected at the ends.
Parsed<Answer> ask(const SpikesDevice& device, const std::vector<double>& times_s);

}  // namespace enigma::recordings::query
