// Correlation of predictions with what was measured, in float64 (reference: model.md 1.6).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings::scores {

/// Pearson's r of pairs; `softening` is added to both standard deviations (divisor n), which makes
/// the r of what never changes 0; without it that r is NaN.
double pearson(std::span<const double> x, std::span<const double> y, double softening = 0);

/// The softening of the Sensorium metrics.
inline constexpr double kSoftening = 1e-8;

/// The mean of those that are finite; NaN where none is.
double mean_of_finite(std::span<const double> values);

/// Σ r·n / Σ n: correlations of sessions weighted by their neurons.
double pooled_correlation(std::span<const double> r, std::span<const double> neurons);

/// Pairs of one neuron that arrive in any order: Welford's means, sums of squares and products.
struct PairMoments {
  int64_t count = 0;
  double mean_x = 0, mean_y = 0;
  double m2_x = 0, m2_y = 0, c2 = 0;  ///< sums of squares and products about the means

  void add(double x, double y);
  /// Those of `other` beside these, by the pairwise formula (Chan et al.).
  void merge(const PairMoments& other);
  /// From −1 to 1, variances with divisor count − 1; NaN where one is below √eps of double: what is
  /// constant has no r.
  double r() const;
};

/// The average of the neurons' r weighted by their counts; NaN contributes 0, its count stays.
double population_correlation(std::span<const PairMoments> neurons);

}  // namespace enigma::recordings::scores
