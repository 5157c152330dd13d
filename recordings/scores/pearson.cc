#include "recordings/scores/pearson.h"

#include "diagnostics/check.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace enigma::recordings::scores {
namespace {

constexpr double kVarianceMin = 1.4901161193847656e-8;  // √eps of double
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (double value : values) { sum += value; }
  return sum / static_cast<double>(values.size());
}

}  // namespace

double pearson(std::span<const double> x, std::span<const double> y, double softening) {
  ENIGMA_CHECK(x.size() == y.size(), "correlation needs pairs");
  const double mean_x = mean_of(x), mean_y = mean_of(y);
  double xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double a = x[i] - mean_x, b = y[i] - mean_y;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const double n = static_cast<double>(x.size());
  return xy / n / ((std::sqrt(xx / n) + softening) * (std::sqrt(yy / n) + softening));
}

double mean_of_finite(std::span<const double> values) {
  double sum = 0;
  int64_t count = 0;
  for (double value : values) {
    if (std::isfinite(value)) { sum += value, ++count; }
  }
  return count == 0 ? kNan : sum / static_cast<double>(count);
}

double pooled_correlation(std::span<const double> r, std::span<const double> neurons) {
  ENIGMA_CHECK(r.size() == neurons.size(), "one r per session");
  double sum = 0, weight = 0;
  for (size_t i = 0; i < r.size(); ++i) {
    sum += r[i] * neurons[i];
    weight += neurons[i];
  }
  return sum / weight;
}

void PairMoments::add(double x, double y) {
  ++count;
  const double off_x = x - mean_x, off_y = y - mean_y;
  mean_x += off_x / static_cast<double>(count);
  mean_y += off_y / static_cast<double>(count);
  m2_x += off_x * (x - mean_x);
  m2_y += off_y * (y - mean_y);
  c2 += (x - mean_x) * off_y;
}

void PairMoments::merge(const PairMoments& other) {
  if (other.count == 0) { return; }
  const auto here = static_cast<double>(count), there = static_cast<double>(other.count);
  const double off_x = other.mean_x - mean_x, off_y = other.mean_y - mean_y;
  const double share = there / (here + there), weight = here * share;
  m2_x += other.m2_x + off_x * off_x * weight;
  m2_y += other.m2_y + off_y * off_y * weight;
  c2 += other.c2 + off_x * off_y * weight;
  mean_x += off_x * share;
  mean_y += off_y * share;
  count += other.count;
}

double PairMoments::r() const {
  const double n = static_cast<double>(count - 1);
  if (n <= 0 || m2_x / n < kVarianceMin || m2_y / n < kVarianceMin) { return kNan; }
  return std::clamp(c2 / n / std::sqrt(m2_x / n * (m2_y / n)), -1.0, 1.0);
}

double population_correlation(std::span<const PairMoments> neurons) {
  double sum = 0, weight = 0;
  for (const PairMoments& neuron : neurons) {
    const double r = neuron.r();
    const double count = static_cast<double>(neuron.count);
    sum += std::isnan(r) ? 0 : r * count;
    weight += count;
  }
  return sum / weight;
}

}  // namespace enigma::recordings::scores
