#include "sweeps/law/kernel/bodies.h"

namespace enigma::law {

extern const Kernel kAvx512Kernel;
const Kernel kAvx512Kernel = kernel_of("avx512");

}  // namespace enigma::law
