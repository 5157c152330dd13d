// Sums over the features of a row, for operators that are written out as loops.
#pragma once

#include <cmath>
#include <cstdint>

namespace enigma::model {

/// Σ a·b in eight sums side by side, which a compiler may keep in one vector register.
template <typename T>
T dot(const T* a, const T* b, int64_t count) {
  constexpr int64_t kSums = 8;
  T sums[kSums] = {};
  int64_t i = 0;
  for (; i + kSums <= count; i += kSums) {
    for (int64_t j = 0; j < kSums; ++j) { sums[j] += a[i + j] * b[i + j]; }
  }
  for (; i < count; ++i) { sums[i % kSums] += a[i] * b[i]; }
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

/// 1 / √(mean(x²) + epsilon)
template <typename T>
T inverse_root_mean_square(const T* x, int64_t count, double epsilon) {
  return 1 / std::sqrt(dot(x, x, count) / static_cast<T>(count) + static_cast<T>(epsilon));
}

}  // namespace enigma::model
