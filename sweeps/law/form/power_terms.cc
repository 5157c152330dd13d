#include "sweeps/law/form/power_terms.h"

#include "sweeps/law/nonnegative.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// exp of this is 0 beside any loss: the coordinate of a coefficient that is held at 0.
constexpr double kLogOfNothing = -600;
/// Exponents beyond this are vertical walls; the limit keeps exp() finite.
constexpr double kLogExponentLimit = 5;
/// Where the start grid of exponents begins and ends: published ones lie between 0.05 and 1.
constexpr double kExponentFrom = 0.04, kExponentTo = 2.5;
/// A term that least squares puts at 0 starts as this share of the loss, so that it can grow.
constexpr double kSmallShare = 1e-2;

double log_or_nothing(double value) {
  return value > 0 ? std::log(value) : kLogOfNothing;
}

}  // namespace

PowerTerms::PowerTerms(std::string form_name, std::string form_formula, std::vector<char> form_axes,
                       bool offset, std::vector<Term> terms)
    : offset_(offset), terms_(static_cast<int>(terms.size())) {
  name = std::move(form_name);
  formula = std::move(form_formula);
  axes = std::move(form_axes);
  if (offset) parameters.push_back({"E", ParameterKind::offset, -1});
  for (int k = 0; k < terms_; ++k) {
    parameters.push_back(
        {terms[static_cast<size_t>(k)].coefficient, ParameterKind::coefficient, k});
  }
  for (int k = 0; k < terms_; ++k) {
    parameters.push_back({terms[static_cast<size_t>(k)].exponent, ParameterKind::exponent, k});
  }
}

void PowerTerms::evaluate(const Vector& q, const Points& points, Evaluation& out) const {
  const Eigen::Index n = points.size();
  const int first = offset_ ? 1 : 0;
  out.prediction.resize(n);
  out.jacobian.resize(n, q.size());
  const double base = offset_ ? std::exp(q[0]) : 0;
  out.prediction.setConstant(base);
  if (offset_) out.jacobian.col(0).setConstant(base);
  for (int k = 0; k < terms_; ++k) {
    const auto& x = points.axis[static_cast<size_t>(k)];
    const double gamma = std::exp(std::min(q[first + terms_ + k], kLogExponentLimit));
    auto term = out.jacobian.col(first + k).array();
    term = (q[first + k] - gamma * x).min(700.0).exp();
    out.prediction += term;
    out.jacobian.col(first + terms_ + k).array() = term * x * -gamma;
  }
}

Vector PowerTerms::values(const Vector& q, const Points& points) const {
  const int first = offset_ ? 1 : 0;
  Vector values(q.size());
  if (offset_) values[0] = std::exp(q[0]);
  for (int k = 0; k < terms_; ++k) {
    const double gamma = std::exp(std::min(q[first + terms_ + k], kLogExponentLimit));
    values[first + terms_ + k] = gamma;
    values[first + k] = std::exp(q[first + k] + gamma * points.centre[static_cast<size_t>(k)]);
  }
  return values;
}

Vector PowerTerms::coordinates(const Vector& values, const Points& points) const {
  const int first = offset_ ? 1 : 0;
  Vector q(values.size());
  if (offset_) q[0] = log_or_nothing(values[0]);
  for (int k = 0; k < terms_; ++k) {
    const double gamma = values[first + terms_ + k];
    q[first + terms_ + k] = log_or_nothing(gamma);
    q[first + k] =
        log_or_nothing(values[first + k]) - gamma * points.centre[static_cast<size_t>(k)];
  }
  return q;
}

Vector PowerTerms::projected(const Vector& exponents, const Points& points) const {
  const int first = offset_ ? 1 : 0;
  const Eigen::Index n = points.size();
  // Relative errors: each row divided by its loss, so that E, A and B solve a linear problem.
  const Eigen::ArrayXd scale = points.weight.sqrt() / points.loss.abs().max(1e-300);
  Eigen::MatrixXd columns(n, first + terms_);
  if (offset_) columns.col(0) = scale.matrix();
  for (int k = 0; k < terms_; ++k) {
    const Eigen::ArrayXd term = (-exponents[k] * points.axis[static_cast<size_t>(k)]).exp();
    columns.col(first + k) = (scale * term).matrix();
  }
  const Vector solved = nonnegative_least_squares(columns, (scale * points.loss).matrix());
  const double small = kSmallShare * points.loss.abs().minCoeff();
  Vector q(first + 2 * terms_);
  for (int k = 0; k < first + terms_; ++k) q[k] = std::log(std::max(solved[k], small));
  for (int k = 0; k < terms_; ++k) q[first + terms_ + k] = std::log(exponents[k]);
  return q;
}

std::vector<Vector> PowerTerms::starts(const Points& points, int count) const {
  const int side = std::max(
      2, static_cast<int>(std::lround(std::pow(std::max(count, 1), 1.0 / std::max(terms_, 1)))));
  const double ratio = std::log(kExponentTo / kExponentFrom) / (side - 1);
  int total = 1;
  for (int k = 0; k < terms_; ++k) total *= side;
  std::vector<Vector> starts;
  for (int index = 0; index < total; ++index) {
    Vector exponents(terms_);
    for (int k = 0, rest = index; k < terms_; ++k, rest /= side) {
      exponents[k] = kExponentFrom * std::exp(ratio * (rest % side));
    }
    starts.push_back(projected(exponents, points));
  }
  return starts;
}

}  // namespace enigma::law
