#include "sweeps/law/form/form.h"
#include "sweeps/law/form/projection.h"
#include "sweeps/law/kernel/kernel.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

const double kLn10 = std::log(10.0);

/// L = E + A·(x + 10^lambda)^−alpha. Coordinates: log E, log of the term where x + 10^lambda is at
/// the centre of x, log alpha, log of the shift in units of that centre.
class PowerShifted : public Form {
 public:
  PowerShifted() {
    name = "power_shifted";
    formula = "L = E + A*(x + 10^lambda)^-alpha";
    parameters = {{"E", ParameterKind::offset},
                  {"A", ParameterKind::coefficient, 0},
                  {"alpha", ParameterKind::exponent, 0},
                  {"lambda", ParameterKind::shift, 0}};
  }

  void evaluate(const Vector& q, const Points& points, Evaluation& out) const override {
    out.prediction.resize(points.size());
    out.jacobian.resize(points.size(), q.size());
    kernel().shifted({.rows = points.size(),
                      .base = std::exp(q[0]),
                      .log_coefficient = q[1],
                      .exponent = exponent_of(q[2]),
                      .shift = q[3],
                      .axis = points.axis[0].data(),
                      .prediction = out.prediction.data(),
                      .by_base = out.jacobian.col(0).data(),
                      .by_coefficient = out.jacobian.col(1).data(),
                      .by_exponent = out.jacobian.col(2).data(),
                      .by_shift = out.jacobian.col(3).data()});
  }

  Vector values(const Vector& q, const Points& points) const override {
    const double gamma = exponent_of(q[2]);
    Vector values(4);
    values << std::exp(q[0]), std::exp(q[1] + gamma * points.centre[0]), gamma,
        (q[3] + points.centre[0]) / kLn10;
    return values;
  }

  Vector coordinates(const Vector& values, const Points& points) const override {
    Vector q(4);
    q << log_or_nothing(values[0]), log_or_nothing(values[1]) - values[2] * points.centre[0],
        log_or_nothing(values[2]), values[3] * kLn10 - points.centre[0];
    return q;
  }

  std::vector<Vector> starts(const Points& points, int count) const override {
    const Eigen::ArrayXd& x = points.axis[0];
    const double low = x.minCoeff() - 4, high = x.maxCoeff() + 1;
    std::vector<Vector> starts;
    for (const Vector& place : even_spread(count, 2)) {
      const double gamma = between(kExponentFrom, 2 * kExponentTo, place[0]);
      const double shift = low + place[1] * (high - low);
      const Eigen::ArrayXd shifted = (x.exp() + std::exp(shift)).log();
      const Vector logs =
          log_coefficients({Eigen::ArrayXd::Ones(x.size()), exponential(shifted, -gamma)},
                           points.loss, points.weight);
      Vector q(4);
      q << logs[0], logs[1], std::log(gamma), shift;
      starts.push_back(q);
    }
    return starts;
  }
};

}  // namespace

std::unique_ptr<Form> power_shifted_form() {
  return std::make_unique<PowerShifted>();
}

}  // namespace enigma::law
