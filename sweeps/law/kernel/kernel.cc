#include "sweeps/law/kernel/kernel.h"

namespace enigma::law {

extern const Kernel kBaselineKernel;
#if defined(__x86_64__)
extern const Kernel kAvx512Kernel;
extern const Kernel kAvx2Kernel;
#endif

std::vector<const Kernel*> kernels() {
  std::vector<const Kernel*> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
    found.push_back(&kAvx512Kernel);
  }
  if (__builtin_cpu_supports("avx2")) { found.push_back(&kAvx2Kernel); }
#endif
  found.push_back(&kBaselineKernel);
  return found;
}

const Kernel& kernel() {
  static const Kernel& widest = *kernels().front();
  return widest;
}

}  // namespace enigma::law
