// How much of the responses can be predicted at all: known here, because the rates are known.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings {

/// Per neuron, over every sample of the session.
struct Ceiling {
  std::vector<double>
      explainable_variance;         ///< var(rate) / (var(rate) + mean(rate)): Poisson noise
  std::vector<double> video_share;  ///< of var(rate): what the video alone accounts for
  std::vector<double> correlation;  ///< √explainable variance: rate against one response
  double baseline_loss = 0;         ///< mean of p − y log p, p the neuron's mean response
  double rate_loss = 0;  ///< the same of the true rates: no model can do better on average
};

struct CeilingSum {
  double rate = 0, rate_square = 0, video = 0, video_square = 0, responses = 0, log_loss = 0;
  int64_t samples = 0;
};

/// Adds one sample: the video's rate, the rate (with gain), and the spikes drawn.
void add(CeilingSum& sum, double video, double rate, int64_t spikes);

Ceiling ceiling_of(std::span<const CeilingSum> neurons);

double median(std::vector<double> values);

nlohmann::ordered_json to_json(const Ceiling& ceiling);

}  // namespace enigma::recordings
