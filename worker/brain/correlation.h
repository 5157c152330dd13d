// Single-trial Pearson correlation of the neurons of several sessions (recordings/pearson.h).
#pragma once

#include "recordings/scores/pearson.h"

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::worker {

/// One session's neurons.
class SessionCorrelation {
 public:
  explicit SessionCorrelation(int64_t neurons) : pairs_(static_cast<size_t>(neurons)) {}
  /// Predictions and labels of the same length with the row of the neuron of each.
  void add(std::span<const float> predictions, std::span<const float> labels,
           std::span<const int64_t> neuron_ids);
  const std::vector<recordings::scores::PairMoments>& pairs() const { return pairs_; }
  std::vector<recordings::scores::PairMoments>& pairs() { return pairs_; }

 private:
  std::vector<recordings::scores::PairMoments> pairs_;
};

/// Mean over neurons and its standard error; `neurons` counts those that were observed. As
/// published: weighted by observations within a session, by neurons across sessions; an
/// undefined r counts as 0 and keeps its weight.
struct PopulationCorrelation {
  double mean = 0, standard_error = 0;
  int64_t neurons = 0;
};
PopulationCorrelation population(const std::vector<SessionCorrelation>& sessions);

}  // namespace enigma::worker
