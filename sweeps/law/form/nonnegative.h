// Least squares with coefficients that may not be negative: the inner step of variable projection.
#pragma once

#include "sweeps/law/table/points.h"

namespace enigma::law {

/// argmin over x >= 0 of |columns*x - target|^2 for a few columns: every set of columns that
/// may be positive is tried, so the answer is exact and needs no tolerance.
Vector nonnegative_least_squares(const Eigen::MatrixXd& columns, const Eigen::VectorXd& target);

}  // namespace enigma::law
