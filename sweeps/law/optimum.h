// The best size and amount of data for a budget under L = E + A·N^−alpha + B·D^−beta.
#pragma once

#include "sweeps/law/cost.h"
#include "sweeps/law/points.h"

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

}  // namespace enigma::law
