#include "sweeps/law/kernel/bodies.h"

namespace enigma::law {

extern const Kernel kBaselineKernel;
const Kernel kBaselineKernel = kernel_of("baseline");

}  // namespace enigma::law
