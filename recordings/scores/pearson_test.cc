#include "recordings/scores/pearson.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace enigma::recordings::scores {
namespace {

PairMoments moments_of(const std::vector<double>& x, const std::vector<double>& y) {
  PairMoments moments;
  for (size_t i = 0; i < x.size(); ++i) { moments.add(x[i], y[i]); }
  return moments;
}

}  // namespace

TEST_CASE("pearson: streaming agrees with the textbook formula, in any split") {
  std::vector<double> x, y;
  for (int i = 0; i < 500; ++i) {
    x.push_back(1000 + std::sin(0.7 * i));
    y.push_back(std::sin(0.7 * i + 0.5) + 0.1 * (i % 7));
  }
  PairMoments left, right;
  for (size_t i = 0; i < x.size(); ++i) { (i < 123 ? left : right).add(x[i], y[i]); }
  left.merge(right);
  left.merge({});
  CHECK(left.count == 500);
  CHECK(left.r() == doctest::Approx(moments_of(x, y).r()).epsilon(1e-12));
  CHECK(left.r() == doctest::Approx(pearson(x, y)).epsilon(1e-10));
}

TEST_CASE("pearson: a variance has divisor n - 1 and counts from the root of double's epsilon on") {
  const double root = std::sqrt(std::nextafter(1.0, 2.0) - 1);  // 1.49e-8
  const auto pair = [](double variance) {                       // of n = 2: x = ±√(variance / 2)
    return moments_of({std::sqrt(variance / 2), -std::sqrt(variance / 2)}, {1, -1});
  };
  CHECK(pair(root * 1.001).r() == doctest::Approx(1));
  CHECK(std::isnan(pair(root * 0.999).r()));
  CHECK(std::isnan(moments_of({1}, {2}).r()));
  CHECK(std::isnan(PairMoments().r()));
}

TEST_CASE("pearson: rounding takes no r past 1") {
  for (int n = 2; n < 400; ++n) {
    PairMoments moments;
    for (int i = 0; i < n; ++i) { moments.add(std::sqrt(i + n), 3 * std::sqrt(i + n)); }
    CHECK(moments.r() <= 1);
  }
}

}  // namespace enigma::recordings::scores
