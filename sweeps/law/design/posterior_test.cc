// Method: tables of a known law, fitted; what is believed is held against what is known of it.
#include "sweeps/law/design/posterior.h"

#include "sweeps/law/fit/synthetic.h"
#include "sweeps/law/minimize/estimate.h"

#include <doctest/doctest.h>

namespace enigma::law {
namespace {

struct Fitted {
  std::unique_ptr<Form> form = chinchilla_form();
  std::vector<Row> rows;
  Problem problem;
  Vector best;

  explicit Fitted(const Truth& truth, const std::vector<Hold>& holds = {}) {
    rows = in_canonical_order(
        synthetic(truth, log_grid(1e7, 1e9, 5), log_grid(1e9, 1e11, 5)).table.rows);
    problem = make_problem(*form, rows, {'N', 'D'}, {}, holds);
    best = estimate(problem, holds, 16, 1).minimum.coordinates;
  }
  Beliefs beliefs(const std::vector<Vector>& basins) const {
    const Points candidates = centred_like(rows, {'N', 'D'}, problem.points);
    return beliefs_of(problem, basins, candidates,
                      loss_at_budget(*form, problem.points, Cost{}, 1e22));
  }
};

TEST_CASE("posterior: the noise is that of the rows, and of exact rows never nothing") {
  const Fitted noisy({.sd = 0.02});
  CHECK(noise_of(noisy.problem, noisy.best) == doctest::Approx(0.02).epsilon(0.5));
  const Fitted exact({.sd = 0});
  CHECK(noise_of(exact.problem, exact.best) > 1e-4);
}

TEST_CASE("posterior: predictions and their slopes are those of the log of the loss") {
  const Fitted fitted({});
  const Beliefs beliefs = fitted.beliefs({fitted.best});
  REQUIRE(beliefs.basins.size() == 1);
  const Belief& belief = beliefs.basins[0];
  CHECK(belief.share == 1);
  CHECK((belief.predicted - fitted.problem.points.log_loss).abs().maxCoeff() < 0.1);
  Vector moved = fitted.best;
  moved[3] += 1e-5;
  const Belief there = fitted.beliefs({moved}).basins[0];
  const Eigen::ArrayXd slope = (there.predicted - belief.predicted) / 1e-5;
  CHECK((slope - belief.slopes.col(3).array()).abs().maxCoeff() < 1e-3);
}

TEST_CASE("posterior: the loss asked for is known about as well as its rows allow") {
  const Fitted fitted({.sd = 0.01});
  const Beliefs beliefs = fitted.beliefs({fitted.best});
  const double truth = 1.69;  // and what size and data leave above it at this budget
  CHECK(mean_of(beliefs, 0) > truth);
  const double sd = std::sqrt(expected(beliefs, outlook_of(beliefs), Criterion::asked));
  CHECK(sd > 0.001);
  CHECK(sd < 0.1);
}

TEST_CASE("posterior: a basin that fits worse has the smaller share, a hopeless one none") {
  const Fitted fitted({.sd = 0.01});
  Vector near = fitted.best, far = fitted.best;
  near[0] += 0.01;
  far[0] += 1;
  const Beliefs two = fitted.beliefs({fitted.best, near});
  REQUIRE(two.basins.size() == 2);
  CHECK(two.basins[0].share > two.basins[1].share);
  CHECK(two.basins[0].share + two.basins[1].share == doctest::Approx(1));
  CHECK(fitted.beliefs({fitted.best, far}).basins.size() == 1);
}

TEST_CASE("posterior: a parameter that is held is known") {
  const Fitted fitted({}, {{"alpha", 0.34}});
  const Belief belief = fitted.beliefs({fitted.best}).basins[0];
  CHECK(belief.covariance.row(3).isZero());
  CHECK(belief.covariance(0, 0) > 0);
}

}  // namespace
}  // namespace enigma::law
