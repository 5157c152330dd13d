#include "sweeps/law/form/form.h"
#include "sweeps/law/form/projection.h"
#include "sweeps/law/kernel/kernel.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// The size that is optimal for unique data U under C = 6ND: log N = at + rate·log U, with
/// G = (alpha·A/(beta·B))^(1/(alpha + beta)) and N = G·(U·G)^(beta/alpha).
struct Optimal {
  double at = 0, rate = 0;
  double by[4] = {}, rate_by[4] = {};  ///< in log A, log B, log alpha, log beta
};

Optimal optimal_size(double log_a, double log_b, double alpha, double beta, const double* centre) {
  // log_a and log_b are those of the terms at the centres: A = exp(log_a + alpha·centre).
  const double both = alpha + beta;
  const double g =
      (std::log(alpha / beta) + log_a + alpha * centre[0] - log_b - beta * centre[1]) / both;
  const double by_g[4] = {1 / both, -1 / both, (1 + alpha * centre[0] - alpha * g) / both,
                          (-1 - beta * centre[1] - beta * g) / both};
  Optimal optimal;
  optimal.rate = beta / alpha;
  optimal.at = g * (1 + optimal.rate);
  optimal.rate_by[2] = -optimal.rate;
  optimal.rate_by[3] = optimal.rate;
  for (int k = 0; k < 4; ++k) {
    optimal.by[k] = by_g[k] * (1 + optimal.rate) + g * optimal.rate_by[k];
  }
  return optimal;
}

/// L = E + A·N′^−alpha + B·D′^−beta, with N′ and D′ as in the kernel.
class DataConstrained : public Form {
 public:
  DataConstrained() {
    name = "data_constrained";
    formula =
        "L = E + A*N'^-alpha + B*D'^-beta, x' = U_x*(1 + R_x*(1 - exp(-(x/U_x - 1)/R_x))), "
        "U_D = min(D, U), U_N = min(N, N_opt(U_D))";
    axes = {'N', 'D', 'U'};
    parameters = {{"E", ParameterKind::offset},         {"A", ParameterKind::coefficient, 0},
                  {"B", ParameterKind::coefficient, 1}, {"alpha", ParameterKind::exponent, 0},
                  {"beta", ParameterKind::exponent, 1}, {"R_D", ParameterKind::repeats},
                  {"R_N", ParameterKind::repeats}};
  }

  void evaluate(const Vector& q, const Points& points, Evaluation& out) const override {
    out.prediction.resize(points.size());
    out.jacobian.resize(points.size(), q.size());
    const double alpha = exponent_of(q[3]), beta = exponent_of(q[4]);
    const Optimal optimal = optimal_size(q[1], q[2], alpha, beta, points.centre.data());
    ConstrainedCall call{.rows = points.size(),
                         .base = std::exp(q[0]),
                         .log_coefficient = {q[1], q[2]},
                         .exponent = {alpha, beta},
                         .repeats = {std::exp(q[6]), std::exp(q[5])},
                         .optimal_at = optimal.at,
                         .optimal_rate = optimal.rate,
                         .axis_n = points.axis[0].data(),
                         .axis_d = points.axis[1].data(),
                         .unique = points.axis[2].data(),
                         .centre = {points.centre[0], points.centre[1]},
                         .origin = {points.centre[0], points.centre[1], points.centre[2]},
                         .prediction = out.prediction.data()};
    for (int k = 0; k < 4; ++k) {
      call.by_optimal[k] = optimal.by[k];
      call.by_rate[k] = optimal.rate_by[k];
    }
    for (int j = 0; j < 7; ++j) { call.columns[j] = out.jacobian.col(j).data(); }
    kernel().constrained(call);
  }

  Vector values(const Vector& q, const Points& points) const override {
    const double alpha = exponent_of(q[3]), beta = exponent_of(q[4]);
    Vector values(7);
    values << std::exp(q[0]), std::exp(q[1] + alpha * points.centre[0]),
        std::exp(q[2] + beta * points.centre[1]), alpha, beta, std::exp(q[5]), std::exp(q[6]);
    return values;
  }

  Vector coordinates(const Vector& values, const Points& points) const override {
    Vector q(7);
    q << log_or_nothing(values[0]), log_or_nothing(values[1]) - values[3] * points.centre[0],
        log_or_nothing(values[2]) - values[4] * points.centre[1], log_or_nothing(values[3]),
        log_or_nothing(values[4]), log_or_nothing(values[5]), log_or_nothing(values[6]);
    return q;
  }

  /// Exponents and repeats spread; the coefficients of least squares with N′ = N.
  std::vector<Vector> starts(const Points& points, int count) const override {
    const Eigen::ArrayXd unique =
        (points.axis[2] + points.centre[2]).min(points.axis[1] + points.centre[1]);
    const Eigen::ArrayXd excess = (points.axis[1] + points.centre[1] - unique).exp() - 1;
    std::vector<Vector> starts;
    for (const Vector& place : even_spread(count, 4)) {
      const double alpha = between(2 * kExponentFrom, kExponentTo / 2, place[0]);
      const double beta = between(2 * kExponentFrom, kExponentTo / 2, place[1]);
      const double repeats_d = between(0.5, 200, place[2]);
      const double repeats_n = between(0.5, 200, place[3]);
      const Eigen::ArrayXd data =
          unique - points.centre[1] + (1 + repeats_d * (1 - (-excess / repeats_d).exp())).log();
      const Vector logs =
          log_coefficients({Eigen::ArrayXd::Ones(points.size()),
                            exponential(points.axis[0], -alpha), exponential(data, -beta)},
                           points.loss, points.weight);
      Vector q(7);
      q << logs[0], logs[1], logs[2], std::log(alpha), std::log(beta), std::log(repeats_d),
          std::log(repeats_n);
      starts.push_back(q);
    }
    return starts;
  }
};

}  // namespace

std::unique_ptr<Form> data_constrained_form() {
  return std::make_unique<DataConstrained>();
}

}  // namespace enigma::law
