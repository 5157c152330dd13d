#include "worker/brain/correlation.h"

#include <cmath>
#include <limits>

namespace enigma::worker {
namespace {

// The r of the neurons that were observed; one that is undefined counts as 0.
std::vector<double> observed(const SessionCorrelation& session) {
  std::vector<double> every_r;
  for (const recordings::scores::PairMoments& pair : session.pairs()) {
    if (pair.count == 0) { continue; }
    const double r = pair.r();
    every_r.push_back(std::isnan(r) ? 0 : r);
  }
  return every_r;
}

double standard_error(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  if (values.size() < 2) { return std::numeric_limits<double>::quiet_NaN(); }
  double mean = 0, squares = 0;
  for (double value : values) { mean += value / n; }
  for (double value : values) { squares += (value - mean) * (value - mean); }
  return std::sqrt(squares / (n - 1) / n);
}

}  // namespace

void SessionCorrelation::add(std::span<const float> predictions, std::span<const float> labels,
                             std::span<const int64_t> neuron_ids) {
  for (size_t i = 0; i < predictions.size(); ++i) {
    pairs_[static_cast<size_t>(neuron_ids[i])].add(predictions[i], labels[i]);
  }
}

PopulationCorrelation population(const std::vector<SessionCorrelation>& sessions) {
  std::vector<double> every_r, means, neurons;
  for (const SessionCorrelation& session : sessions) {
    const std::vector<double> r = observed(session);
    if (r.empty()) { continue; }
    means.push_back(recordings::scores::population_correlation(session.pairs()));
    neurons.push_back(static_cast<double>(r.size()));
    every_r.insert(every_r.end(), r.begin(), r.end());
  }
  if (every_r.empty()) {
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN(), 0};
  }
  return {recordings::scores::pooled_correlation(means, neurons), standard_error(every_r),
          static_cast<int64_t>(every_r.size())};
}

}  // namespace enigma::worker
