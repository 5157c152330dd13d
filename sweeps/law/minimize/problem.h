// One minimisation: a form on points under an objective, some coordinates held.
#pragma once

#include "sweeps/law/form/form.h"
#include "sweeps/law/minimize/objective.h"

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
  double size = 0;   ///< what differences of the objective are measured by; > 0
  double width = 0;  ///< of student's t, estimated at this place
  Vector gradient;
  Vector gradient_size;  ///< the same sums without cancellation: what a gradient is measured by
  Eigen::ArrayXd residual, slope, pull, pull_size;
  Evaluation evaluation;
};

void evaluate(const Problem& problem, const Vector& coordinates, Value& value);

/// Largest |gradient| / gradient_size over the coordinates: 0 at a stationary point, at most 1, and
/// the same whatever the objective is multiplied by.
double relative_gradient(const Value& value);

/// JᵀWJ with W = weight·ψ(r)/r: positive, and exact for l2. Rows and columns of held coordinates
/// are 0.
Square curvature(const Problem& problem, const Value& value);

/// d residual / d coordinate, (rows, coordinates), columns of held coordinates 0.
Eigen::MatrixXd residual_jacobian(const Problem& problem, const Value& value);

/// What residuals are measured by: 1 for logs, the mean loss for a linear space.
double residual_unit(const Problem& problem);

/// The objective exactly as defined, in the file's weights and with its reduction.
double reported_objective(const Problem& problem, const Vector& coordinates);
/// Any sum of weight·ρ over the same rows in the unit of reported_objective.
double as_reported(const Problem& problem, double sum);

}  // namespace enigma::law
