#include "sweeps/law/kernel/bodies.h"

namespace enigma::law {

extern const Kernel kAvx2Kernel;
const Kernel kAvx2Kernel = kernel_of("avx2");

}  // namespace enigma::law
