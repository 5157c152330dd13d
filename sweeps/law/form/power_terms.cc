#include "sweeps/law/form/power_terms.h"

#include "diagnostics/check.h"
#include "sweeps/law/form/projection.h"
#include "sweeps/law/kernel/kernel.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

PowerTerms::PowerTerms(std::string form_name, std::string form_formula, std::vector<char> form_axes,
                       std::vector<Parameter> form_parameters, std::vector<Term> terms)
    : terms_(std::move(terms)) {
  name = std::move(form_name);
  formula = std::move(form_formula);
  axes = std::move(form_axes);
  parameters = std::move(form_parameters);
  ENIGMA_CHECK(!terms_.empty() && terms_.size() <= 2, "the kernel takes one or two terms");
  for (size_t j = 0; j < parameters.size(); ++j) {
    if (parameters[j].kind == ParameterKind::offset) { offset_ = static_cast<int>(j); }
    if (parameters[j].kind == ParameterKind::exponent) {
      exponents_.push_back(static_cast<int>(j));
    }
  }
}

void PowerTerms::evaluate(const Vector& q, const Points& points, Evaluation& out) const {
  const Eigen::Index n = points.size();
  out.prediction.resize(n);
  out.jacobian.resize(n, q.size());
  TermsCall call{
      .rows = n, .terms = static_cast<int>(terms_.size()), .prediction = out.prediction.data()};
  if (offset_ >= 0) {
    call.base = std::exp(q[offset_]);
    call.by_base = out.jacobian.col(offset_).data();
  }
  for (size_t k = 0; k < terms_.size(); ++k) {
    call.axis[k] = points.axis[k].data();
    call.log_coefficient[k] = q[terms_[k].coefficient];
    call.exponent[k] = exponent_of(q[terms_[k].exponent]);
    call.by_coefficient[k] = out.jacobian.col(terms_[k].coefficient).data();
    call.by_exponent[k] = out.jacobian.col(terms_[k].exponent).data();
  }
  kernel().terms(call);
}

Vector PowerTerms::values(const Vector& q, const Points& points) const {
  Vector values(q.size());
  if (offset_ >= 0) { values[offset_] = std::exp(q[offset_]); }
  for (size_t k = 0; k < terms_.size(); ++k) {
    const auto [coefficient, exponent] = terms_[k];
    const double gamma = exponent_of(q[exponent]);
    const double origin = parameters[static_cast<size_t>(coefficient)].origin;
    values[exponent] = parameters[static_cast<size_t>(exponent)].negative ? -gamma : gamma;
    values[coefficient] = std::exp(q[coefficient] + gamma * (points.centre[k] + origin));
  }
  return values;
}

Vector PowerTerms::coordinates(const Vector& values, const Points& points) const {
  Vector q(values.size());
  if (offset_ >= 0) { q[offset_] = log_or_nothing(values[offset_]); }
  for (size_t k = 0; k < terms_.size(); ++k) {
    const auto [coefficient, exponent] = terms_[k];
    const double gamma = std::abs(values[exponent]);
    const double origin = parameters[static_cast<size_t>(coefficient)].origin;
    q[exponent] = log_or_nothing(gamma);
    q[coefficient] = log_or_nothing(values[coefficient]) - gamma * (points.centre[k] + origin);
  }
  return q;
}

Vector PowerTerms::projected(const Vector& exponents, const Points& points) const {
  Vector q(static_cast<Eigen::Index>(parameters.size()));
  std::vector<Eigen::ArrayXd> columns;
  if (offset_ >= 0) { columns.push_back(Eigen::ArrayXd::Ones(points.size())); }
  for (size_t j = 0; j < exponents_.size(); ++j) {
    q[exponents_[j]] = std::log(exponents[static_cast<Eigen::Index>(j)]);
  }
  for (size_t k = 0; k < terms_.size(); ++k) {
    columns.push_back(exponential(points.axis[k], -std::exp(q[terms_[k].exponent])));
  }
  const Vector logs = log_coefficients(columns, points.loss, points.weight);
  Eigen::Index next = 0;
  if (offset_ >= 0) { q[offset_] = logs[next++]; }
  for (const Term& term : terms_) { q[term.coefficient] = logs[next++]; }
  return q;
}

std::vector<Vector> PowerTerms::starts(const Points& points, int count) const {
  std::vector<Vector> starts;
  for (Vector place : even_spread(count, static_cast<int>(exponents_.size()))) {
    for (double& share : place) { share = between(kExponentFrom, kExponentTo, share); }
    starts.push_back(projected(place, points));
  }
  return starts;
}

}  // namespace enigma::law
