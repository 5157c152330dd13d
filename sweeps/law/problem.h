// One minimisation: a form on points under an objective, some coordinates held.
#pragma once

#include "sweeps/law/form/form.h"
#include "sweeps/law/objective.h"

#include <vector>

namespace enigma::law {

/// What is minimised over the coordinates that are not held.
struct Problem {
  const Form* form = nullptr;
  Points points;
  Objective objective;
  std::vector<bool> held;  ///< by coordinate; a held one keeps its value
};

/// Objective (sum of weight·ρ), its gradient over all coordinates (0 where held) and the pieces
/// that minimisers use. Reused from call to call.
struct Value {
  double objective = 0;
  Vector gradient;
  Vector gradient_size;  ///< the same sums without cancellation: what a gradient is measured by
  Eigen::ArrayXd residual, rho, psi, slope;
  Evaluation evaluation;
};

void evaluate(const Problem& problem, const Vector& coordinates, Value& value);

/// Largest |gradient| / gradient_size over the coordinates: 0 at a stationary point, at most 1, and
/// the same whatever the objective is multiplied by.
double relative_gradient(const Value& value);

/// d residual / d coordinate, (rows, coordinates), columns of held coordinates 0.
Eigen::MatrixXd residual_jacobian(const Problem& problem, const Value& value);

/// The objective exactly as defined, in the file's weights and with its reduction.
double reported_objective(const Problem& problem, const Vector& coordinates);

}  // namespace enigma::law
