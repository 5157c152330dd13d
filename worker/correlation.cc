#include "worker/correlation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace enigma::worker {
namespace {

constexpr double kVarianceMin = 1.4901161193847656e-8;  // √eps of double

struct SessionMean {
  double weighted = 0, counts = 0;
  int64_t neurons = 0;
};

SessionMean mean_of(const SessionCorrelation& session, std::vector<double>& every_r) {
  SessionMean mean;
  for (const Pair& pair : session.pairs()) {
    if (pair.count == 0) continue;
    const double r = pair.pearson();
    every_r.push_back(std::isnan(r) ? 0 : r);
    mean.weighted += pair.count * every_r.back();
    mean.counts += pair.count;
    ++mean.neurons;
  }
  return mean;
}

double standard_error(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  double mean = 0, squares = 0;
  for (double value : values) mean += value / n;
  for (double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1) / n);
}

}  // namespace

void Pair::add(double x, double y) {
  count += 1;
  const double delta_x = x - mean_x, delta_y = y - mean_y;
  mean_x += delta_x / count;
  mean_y += delta_y / count;
  m2_x += delta_x * (x - mean_x);
  m2_y += delta_y * (y - mean_y);
  c2 += (x - mean_x) * delta_y;
}

void Pair::merge(const Pair& other) {
  const double total = count + other.count;
  if (total == 0) return;
  const double delta_x = other.mean_x - mean_x, delta_y = other.mean_y - mean_y;
  const double weight = count * other.count / total;
  m2_x += other.m2_x + delta_x * delta_x * weight;
  m2_y += other.m2_y + delta_y * delta_y * weight;
  c2 += other.c2 + delta_x * delta_y * weight;
  mean_x += delta_x * other.count / total;
  mean_y += delta_y * other.count / total;
  count = total;
}

double Pair::pearson() const {
  const double n = count - 1;
  if (n <= 0 || m2_x / n < kVarianceMin || m2_y / n < kVarianceMin)
    return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(c2 / n / std::sqrt(m2_x / n * (m2_y / n)), -1.0, 1.0);
}

void SessionCorrelation::add(std::span<const float> predictions, std::span<const float> labels,
                             std::span<const int64_t> neuron_ids) {
  for (size_t i = 0; i < predictions.size(); ++i)
    pairs_[static_cast<size_t>(neuron_ids[i])].add(predictions[i], labels[i]);
}

PopulationCorrelation population(const std::vector<SessionCorrelation>& sessions) {
  PopulationCorrelation result;
  std::vector<double> every_r;
  for (const SessionCorrelation& session : sessions) {
    const SessionMean mean = mean_of(session, every_r);
    if (mean.neurons == 0) continue;
    result.mean += mean.weighted / mean.counts * static_cast<double>(mean.neurons);
    result.neurons += mean.neurons;
  }
  if (result.neurons == 0)
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN(), 0};
  result.mean /= static_cast<double>(result.neurons);
  result.standard_error = standard_error(every_r);
  return result;
}

}  // namespace enigma::worker
