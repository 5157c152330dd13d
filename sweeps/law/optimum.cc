#include "sweeps/law/optimum.h"

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

}  // namespace enigma::law
