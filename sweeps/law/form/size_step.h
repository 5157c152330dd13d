// The law L = E + A·N^−alpha + B·D^−beta told by what one doubling of N takes off the loss: a step
// that can be profiled like any parameter, whether or not A and alpha are known.
#pragma once

#include "sweeps/law/form/form.h"

namespace enigma::law {

/// Parameters E, step, B, alpha, beta: step = A·(N^−alpha − (2N)^−alpha) at the size N on which the
/// points' first axis is centred.
std::unique_ptr<Form> size_step_form();
constexpr size_t kSizeStep = 1;  ///< place of `step` among the parameters

}  // namespace enigma::law
