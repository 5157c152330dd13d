// Single-trial Pearson correlation per neuron, streamed in double precision (model-parameters 7).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::worker {

/// Welford state of one neuron: means, sums of squared deviations, co-deviation.
struct Pair {
  double count = 0, mean_x = 0, mean_y = 0, m2_x = 0, m2_y = 0, c2 = 0;

  void add(double x, double y);
  /// Pairwise merge (Chan et al.), as published between positions of a window.
  void merge(const Pair& other);
  /// NaN where a variance is below √eps of double (1.49e-8): a constant has no correlation.
  double pearson() const;
};

/// One session's neurons.
class SessionCorrelation {
 public:
  explicit SessionCorrelation(int64_t neurons) : pairs_(static_cast<size_t>(neurons)) {}
  /// Predictions and labels of the same length with the row of the neuron of each.
  void add(std::span<const float> predictions, std::span<const float> labels,
           std::span<const int64_t> neuron_ids);
  const std::vector<Pair>& pairs() const { return pairs_; }

 private:
  std::vector<Pair> pairs_;
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
