// Covariance of a fit's parameters from the curvature at its minimum, two ways.
#pragma once

#include "sweeps/law/minimize/estimate.h"

namespace enigma::law {

/// Over the form's parameters in the file's units, rows and columns of held ones 0. NaN where the
/// curvature is singular.
struct Covariance {
  Square hessian;   ///< (JᵀJ)⁻¹·E ψ²/(E ψ′)²: exact where noise is the same everywhere
  Square sandwich;  ///< H⁻¹(Σ over clusters of gradients)H⁻¹ (Huber 1967), n/(n − p)
};

Covariance covariance_of(const Problem& problem, const Vector& coordinates);

}  // namespace enigma::law
