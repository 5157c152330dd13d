// The best size and amount of data for a budget, under every form on N and D that trades the two.
#pragma once

#include "sweeps/law/table/cost.h"
#include "sweeps/law/table/points.h"

#include <optional>
#include <string>

namespace enigma::law {

struct Place {
  double n = 0, d = 0, loss = 0;
};

struct Exponents {
  double a = 0;  ///< N_opt ∝ C^a
  double b = 0;  ///< D_opt ∝ C^b
};

/// `values` are E, A, B, alpha, beta. Closed form of the constrained minimum; under C = 6ND these
/// are G = (αA/βB)^(1/(α+β)), N = G·(C/6)^a, D = (C/6)^b / G of Hoffmann et al. 2022, eq. 4.
Exponents exponents_of(const Vector& values, const Cost& cost);
Place best_place(const Vector& values, const Cost& cost, double flops);

/// True of the forms on N and D, which have an optimum.
bool has_trade_off(const std::string& form);

/// The sum of powers E, A, B, alpha, beta that is smallest where the form's loss is: the form
/// itself, or for kaplan its inner sum (whose powers are the loss). Of data_constrained: with
/// fresh data. Nothing of a form on one axis.
std::optional<Vector> trade_off(const std::string& form, const Vector& values);

/// Loss of `n` parameters trained on `d` fresh data under that form; NaN of a form on one axis.
double loss_at(const std::string& form, const Vector& values, double n, double d);

/// The optimum for `flops` with the loss of the form there.
Place best_place(const std::string& form, const Vector& values, const Cost& cost, double flops);

}  // namespace enigma::law
