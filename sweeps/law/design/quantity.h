// What a sweep is asked for, as a function of a law's parameters: the loss at a budget, the best
// size at a budget, the losses of given runs.
#pragma once

#include "sweeps/law/form/form.h"
#include "sweeps/law/table/cost.h"

#include <functional>

namespace enigma::law {

/// Of a form's coordinates on some points. Not finite where the law does not tell.
using Quantity = std::function<Eigen::ArrayXd(const Vector& coordinates)>;

/// The loss of the best size for `flops`. REQUIRES: form and points outlive it.
Quantity loss_at_budget(const Form& form, const Points& points, const Cost& cost, double flops);
/// The log of that size.
Quantity log_size_at_budget(const Form& form, const Points& points, const Cost& cost, double flops);
/// The losses of `asked`, whose axes are centred where those of the fit's points are.
Quantity losses_of(const Form& form, Points asked);

/// d quantity / d coordinate, (quantities, coordinates), by central differences.
Eigen::MatrixXd slopes_of(const Quantity& quantity, const Vector& coordinates);

}  // namespace enigma::law
