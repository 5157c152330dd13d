#include "sweeps/law/form/size_step.h"

#include "sweeps/law/form/projection.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

constexpr Eigen::Index kStep = kSizeStep, kAlpha = 3;

/// log of the share of its term that a doubling takes off: 1 − 2^−alpha.
double log_share(double alpha) {
  return std::log(std::max(-std::expm1(-alpha * std::log(2.0)), 1e-300));
}

class SizeStep : public Form {
 public:
  SizeStep() {
    using enum ParameterKind;
    name = "size_step";
    formula = law_->formula;
    axes = law_->axes;
    parameters = law_->parameters;
    parameters[kSizeStep] = {"step", scale, 0};
  }

  void evaluate(const Vector& q, const Points& points, Evaluation& out) const override {
    const double alpha = exponent_of(q[kAlpha]);
    law_->evaluate(in_law(q), points, out);
    const double by_alpha = -alpha * std::log(2.0) / std::expm1(alpha * std::log(2.0));
    out.jacobian.col(kAlpha) += by_alpha * out.jacobian.col(kStep);
  }
  Vector values(const Vector& q, const Points& points) const override {
    Vector values = law_->values(in_law(q), points);
    values[kStep] = std::exp(q[kStep]);
    return values;
  }
  Vector coordinates(const Vector& values, const Points& points) const override {
    Vector q = law_->coordinates(values, points);
    q[kStep] = log_or_nothing(values[kStep]);
    return q;
  }
  std::vector<Vector> starts(const Points& points, int count) const override {
    std::vector<Vector> starts = law_->starts(points, count);
    for (Vector& q : starts) { q[kStep] += log_share(exponent_of(q[kAlpha])); }
    return starts;
  }

 private:
  static Vector in_law(Vector q) {
    q[kStep] -= log_share(exponent_of(q[kAlpha]));
    return q;
  }

  std::unique_ptr<Form> law_ = chinchilla_form();
};

}  // namespace

std::unique_ptr<Form> size_step_form() {
  return std::make_unique<SizeStep>();
}

}  // namespace enigma::law
