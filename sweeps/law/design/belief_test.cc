// Method: one coordinate, slopes of 1: Gaussian beliefs about a mean, whose arithmetic is known.
#include "sweeps/law/design/belief.h"

#include <doctest/doctest.h>

#include <cmath>

namespace enigma::law {
namespace {

/// A belief about one number with this variance: candidate 0 measures it, candidate 1 does not.
Belief about_one(double share, double predicted, double asked, double variance) {
  Belief belief{.share = share};
  belief.covariance = Square::Constant(1, 1, variance);
  belief.predicted = Eigen::ArrayXd::Constant(2, predicted);
  belief.slopes = Eigen::MatrixXd::Zero(2, 1);
  belief.slopes(0, 0) = 1;
  belief.asked = Eigen::ArrayXd::Constant(1, asked);
  belief.asked_slopes = Eigen::MatrixXd::Constant(1, 1, 1);
  return belief;
}

TEST_CASE("belief: within a basin a run narrows what it measures, as the Gaussian says") {
  const Beliefs beliefs{{about_one(1, 0, 0, 4)}, 2};
  Outlook outlook = outlook_of(beliefs);
  CHECK(expected(beliefs, outlook, Criterion::asked) == doctest::Approx(4));
  CHECK(expected(beliefs, outlook, Criterion::parameters) == doctest::Approx(std::log(4)));
  take(beliefs, 1, outlook);
  CHECK(expected(beliefs, outlook, Criterion::asked) == doctest::Approx(4));
  take(beliefs, 0, outlook);
  CHECK(expected(beliefs, outlook, Criterion::asked) == doctest::Approx(2));  // 1/(1/4 + 1/4)
  take(beliefs, 0, outlook);
  CHECK(expected(beliefs, outlook, Criterion::asked) == doctest::Approx(4.0 / 3));
  CHECK(expected(beliefs, outlook, Criterion::parameters) == doctest::Approx(std::log(4.0 / 3)));
}

TEST_CASE("belief: basins that foretell the same of the asked are told apart for nothing") {
  const Beliefs beliefs{{about_one(0.5, 0, 1, 1e-12), about_one(0.5, 3, 1, 1e-12)}, 1};
  Outlook outlook = outlook_of(beliefs);
  const double before = expected(beliefs, outlook, Criterion::asked);
  take(beliefs, 0, outlook);
  CHECK(before == doctest::Approx(expected(beliefs, outlook, Criterion::asked)));
}

TEST_CASE("belief: a run that tells basins apart takes away what they differ in") {
  const Beliefs apart{{about_one(0.5, 0, -1, 1e-12), about_one(0.5, 6, 1, 1e-12)}, 1};
  Outlook outlook = outlook_of(apart);
  CHECK(expected(apart, outlook, Criterion::asked) == doctest::Approx(1));
  take(apart, 0, outlook);
  CHECK(expected(apart, outlook, Criterion::asked) < 1e-6);
  const Beliefs alike{{about_one(0.5, 0, -1, 1e-12), about_one(0.5, 0, 1, 1e-12)}, 1};
  outlook = outlook_of(alike);
  take(alike, 0, outlook);
  CHECK(expected(alike, outlook, Criterion::asked) == doctest::Approx(1));
}

TEST_CASE("belief: the mean of what is asked counts basins by their share of the evidence") {
  const Beliefs beliefs{{about_one(0.25, 0, 4, 1), about_one(0.75, 0, 8, 1)}, 1};
  CHECK(mean_of(beliefs, 0) == doctest::Approx(7));
  // Between: 0.25·9 + 0.75·1; within: 1.
  CHECK(expected(beliefs, outlook_of(beliefs), Criterion::asked) == doctest::Approx(4));
}

TEST_CASE("belief: a coordinate that is held has no volume") {
  Beliefs beliefs{{about_one(1, 0, 0, 4)}, 2};
  beliefs.basins[0].covariance = Square::Zero(2, 2);
  beliefs.basins[0].covariance(0, 0) = 4;
  CHECK(expected(beliefs, outlook_of(beliefs), Criterion::parameters) ==
        doctest::Approx(std::log(4)));
}

}  // namespace
}  // namespace enigma::law
