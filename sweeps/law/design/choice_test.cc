// Method: a basin of two independent coordinates of variance 1, of which the first alone is asked
// for; candidate 0 measures it, candidate 1 measures it ten times as exactly for a hundred times
// the cost, candidate 2 measures the other.
#include "sweeps/law/design/choice.h"

#include <doctest/doctest.h>

namespace enigma::law {
namespace {

Beliefs two_coordinates() {
  Belief belief;
  belief.covariance = Square::Identity(2, 2);
  belief.predicted = Eigen::ArrayXd::Zero(3);
  belief.slopes = Eigen::MatrixXd::Zero(3, 2);
  belief.slopes(0, 0) = 1;
  belief.slopes(1, 0) = 10;
  belief.slopes(2, 1) = 1;
  belief.asked = Eigen::ArrayXd::Zero(1);
  belief.asked_slopes = Eigen::MatrixXd::Zero(1, 2);
  belief.asked_slopes(0, 0) = 1;
  return {{belief}, 1};
}

const std::vector<double> kCosts = {1, 100, 1};
using Chosen = std::vector<Eigen::Index>;

TEST_CASE("choice: what does not bear on the question is not bought, unless parameters count") {
  const Beliefs beliefs = two_coordinates();
  const Choice asked = chosen(beliefs, one_by_one(kCosts), 2, Criterion::asked, 9);
  CHECK(asked.candidates == Chosen{0});
  CHECK(asked.cost == 1);
  CHECK(asked.expected == doctest::Approx(0.5));
  const Choice all = chosen(beliefs, one_by_one(kCosts), 2, Criterion::parameters, 9);
  CHECK(all.candidates.size() == 2);
}

TEST_CASE("choice: a large run is bought where the budget allows and it ends narrower") {
  const Beliefs beliefs = two_coordinates();
  CHECK(chosen(beliefs, one_by_one(kCosts), 99, Criterion::asked, 9).candidates == Chosen{0});
  const Choice large = chosen(beliefs, one_by_one(kCosts), 100, Criterion::asked, 9);
  CHECK(large.candidates == Chosen{1});
  CHECK(large.expected == doctest::Approx(1 / 101.0));
}

TEST_CASE("choice: nothing is over the budget, and no more runs than asked for") {
  const Beliefs beliefs = two_coordinates();
  CHECK(chosen(beliefs, one_by_one(kCosts), 0.5, Criterion::asked, 9).candidates.empty());
  CHECK(chosen(beliefs, one_by_one(kCosts), 200, Criterion::parameters, 1).candidates.size() == 1);
}

TEST_CASE("choice: what is sold together is bought together, and counts together") {
  const Beliefs beliefs = two_coordinates();
  const Offer together = [](const Chosen& chosen) -> std::vector<Purchase> {
    if (!chosen.empty()) { return {}; }
    return {{{0, 2}, 3}};
  };
  const Choice both = chosen(beliefs, together, 3, Criterion::parameters, 9);
  CHECK(both.candidates == Chosen{0, 2});
  CHECK(both.cost == 3);
  CHECK(chosen(beliefs, together, 2, Criterion::parameters, 9).candidates.empty());
}

}  // namespace
}  // namespace enigma::law
