// How much of the responses can be predicted at all: known here, because the rates are known.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings::generate {

/// Per neuron, over every sample of the session; 0 for a neuron that never varies.
struct Ceiling {
  std::vector<double> explainable_variance;  ///< var(rate) / (var(rate) + variance of the noise)
  std::vector<double> video_share;           ///< of var(rate): what the video alone accounts for
  std::vector<double> correlation;           ///< √explainable variance: rate against one response
  double baseline_loss = 0;  ///< mean of p − y log p, p the neuron's mean response
  double rate_loss = 0;      ///< the same of the true rates: no model can do better on average
};

struct CeilingSum {
  double rate = 0, rate_square = 0, video = 0, video_square = 0, responses = 0, log_loss = 0,
         noise = 0;
  int64_t samples = 0;
};

/// One sample of a neuron: what the video alone lets expect, what everything lets expect, the
/// variance of the response around that (Poisson: the same number), and the response drawn.
struct CeilingSample {
  double video = 0, rate = 0, noise = 0, response = 0;
};
void add(CeilingSum& sum, const CeilingSample& sample);

Ceiling ceiling_of(std::span<const CeilingSum> neurons);

double median(std::vector<double> values);

nlohmann::ordered_json to_json(const Ceiling& ceiling);

}  // namespace enigma::recordings::generate
