#include "sweeps/law/form/form.h"
#include "sweeps/law/form/projection.h"
#include "sweeps/law/kernel/kernel.h"

#include <cmath>

namespace enigma::law {

namespace {

/// Coordinates: log N_c and log D_c in units of the axes' centres, logs of the exponents.
class Kaplan : public Form {
 public:
  Kaplan() {
    name = "kaplan";
    formula = "L = ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D";
    axes = {'N', 'D'};
    parameters = {{"N_c", ParameterKind::scale, 0},
                  {"D_c", ParameterKind::scale, 1},
                  {"alpha_N", ParameterKind::exponent, 0},
                  {"alpha_D", ParameterKind::exponent, 1}};
  }

  void evaluate(const Vector& q, const Points& points, Evaluation& out) const override {
    out.prediction.resize(points.size());
    out.jacobian.resize(points.size(), q.size());
    kernel().kaplan({.rows = points.size(),
                     .log_n = q[0],
                     .log_d = q[1],
                     .exponent_n = exponent_of(q[2]),
                     .exponent_d = exponent_of(q[3]),
                     .axis_n = points.axis[0].data(),
                     .axis_d = points.axis[1].data(),
                     .prediction = out.prediction.data(),
                     .by_n = out.jacobian.col(0).data(),
                     .by_d = out.jacobian.col(1).data(),
                     .by_exponent_n = out.jacobian.col(2).data(),
                     .by_exponent_d = out.jacobian.col(3).data()});
  }

  Vector values(const Vector& q, const Points& points) const override {
    Vector values(4);
    values << std::exp(q[0] + points.centre[0]), std::exp(q[1] + points.centre[1]),
        exponent_of(q[2]), exponent_of(q[3]);
    return values;
  }

  Vector coordinates(const Vector& values, const Points& points) const override {
    Vector q(4);
    q << log_or_nothing(values[0]) - points.centre[0], log_or_nothing(values[1]) - points.centre[1],
        log_or_nothing(values[2]), log_or_nothing(values[3]);
    return q;
  }

  /// L^(1/alpha_D) is linear in N_c^(alpha_N/alpha_D) and D_c.
  std::vector<Vector> starts(const Points& points, int count) const override {
    std::vector<Vector> starts;
    for (const Vector& place : even_spread(count, 2)) {
      const double n = between(kExponentFrom / 4, kExponentTo / 2, place[0]);
      const double d = between(kExponentFrom / 4, kExponentTo / 2, place[1]);
      const Eigen::ArrayXd logs = points.loss.abs().max(1e-300).log();
      const double centre = logs.mean();
      const Eigen::ArrayXd target = exponential(logs - centre, 1 / d);
      const Vector solved =
          log_coefficients({exponential(points.axis[0], -n / d), exponential(points.axis[1], -1)},
                           target, points.weight);
      Vector q(4);
      q << (solved[0] + centre / d) * d / n, solved[1] + centre / d, std::log(n), std::log(d);
      starts.push_back(q);
    }
    return starts;
  }
};

}  // namespace

std::unique_ptr<Form> kaplan_form() {
  return std::make_unique<Kaplan>();
}

}  // namespace enigma::law
