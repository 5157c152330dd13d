#include "sweeps/law/design/quantity.h"

#include "sweeps/law/fit/optimum.h"

#include <cmath>

namespace enigma::law {

namespace {

constexpr double kStep = 1e-5;

}  // namespace

Quantity loss_at_budget(const Form& form, const Points& points, const Cost& cost, double flops) {
  return [&form, &points, cost, flops](const Vector& q) -> Eigen::ArrayXd {
    const Place place = best_place(form.name, form.values(q, points), cost, flops);
    return Eigen::ArrayXd::Constant(1, place.loss);
  };
}

Quantity log_size_at_budget(const Form& form, const Points& points, const Cost& cost,
                            double flops) {
  return [&form, &points, cost, flops](const Vector& q) -> Eigen::ArrayXd {
    const Place place = best_place(form.name, form.values(q, points), cost, flops);
    return Eigen::ArrayXd::Constant(1, std::log(place.n));
  };
}

Quantity losses_of(const Form& form, Points asked) {
  return [&form, asked = std::move(asked)](const Vector& q) -> Eigen::ArrayXd {
    Evaluation evaluation;
    form.evaluate(q, asked, evaluation);
    return evaluation.prediction;
  };
}

Eigen::MatrixXd slopes_of(const Quantity& quantity, const Vector& coordinates) {
  Eigen::MatrixXd slopes(quantity(coordinates).size(), coordinates.size());
  for (Eigen::Index j = 0; j < coordinates.size(); ++j) {
    Vector above = coordinates, below = coordinates;
    above[j] += kStep;
    below[j] -= kStep;
    slopes.col(j) = (quantity(above) - quantity(below)) / (2 * kStep);
  }
  return slopes;
}

}  // namespace enigma::law
