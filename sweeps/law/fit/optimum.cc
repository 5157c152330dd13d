#include "sweeps/law/fit/optimum.h"

#include <cmath>

namespace enigma::law {

Exponents exponents_of(const Vector& values, const Cost& cost) {
  const double alpha = values[3], beta = values[4], p = cost.exponent_n;
  return {beta / (p * beta + alpha), alpha / (p * beta + alpha)};
}

Place best_place(const Vector& values, const Cost& cost, double flops) {
  const double alpha = values[3], beta = values[4], p = cost.exponent_n;
  // Along C = k*N^p*D the minimum has alpha*A*N^-alpha = p*beta*B*D^-beta; below, its log.
  const double budget = std::log(flops) - std::log(cost.coefficient);
  const double balance = std::log(alpha * values[1]) - std::log(p * beta * values[2]);
  const double n = (beta * budget + balance) / (p * beta + alpha);
  const double d = budget - p * n;
  return {.n = std::exp(n),
          .d = std::exp(d),
          .loss = values[0] + values[1] * std::exp(-alpha * n) + values[2] * std::exp(-beta * d)};
}

bool has_trade_off(const std::string& form) {
  return form == "chinchilla" || form == "tied" || form == "kaplan" || form == "overtrained" ||
         form == "data_constrained";
}

std::optional<Vector> trade_off(const std::string& form, const Vector& v) {
  Vector out(5);
  if (form == "chinchilla" || form == "data_constrained") {
    out = v.head(5);
  } else if (form == "tied") {
    out << v[0], v[1], v[2], v[3], v[3];
  } else if (form == "overtrained") {
    out << v[3], v[0], v[1] * std::pow(6.0, v[2] / 2), -v[2], -v[2];
  } else if (form == "kaplan") {
    const double ratio = v[2] / v[3];
    out << 0, std::pow(v[0], ratio), v[1], ratio, 1;
  } else {
    return std::nullopt;
  }
  return out;
}

double loss_at(const std::string& form, const Vector& values, double n, double d) {
  const std::optional<Vector> found = trade_off(form, values);
  if (!found) { return NAN; }
  const Vector& sum = *found;
  const double inner = sum[0] + sum[1] * std::pow(n, -sum[3]) + sum[2] * std::pow(d, -sum[4]);
  return form == "kaplan" ? std::pow(inner, values[3]) : inner;
}

Place best_place(const std::string& form, const Vector& values, const Cost& cost, double flops) {
  const std::optional<Vector> sum = trade_off(form, values);
  if (!sum) { return {.n = NAN, .d = NAN, .loss = NAN}; }
  Place place = best_place(*sum, cost, flops);
  place.loss = loss_at(form, values, place.n, place.d);
  return place;
}

}  // namespace enigma::law
