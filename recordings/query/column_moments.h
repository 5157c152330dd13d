// Mean and deviation of each signal of a sequence, NaN left out, in the precision and the order of
// additions that numpy's nanmean and nanstd have for the type: so that they agree to the last bit.
#pragma once

#include "recordings/query/sequence_device.h"

#include <vector>

namespace enigma::recordings::query {

/// The sum of `values` by pairwise summation in blocks of 128, as numpy adds what lies in a row.
template <typename T>
T pairwise_sum(const T* values, size_t count) {
  if (count < 8) {
    T sum = 0;
    for (size_t i = 0; i < count; ++i) { sum += values[i]; }
    return sum;
  }
  if (count <= 128) {
    T lanes[8];
    for (size_t k = 0; k < 8; ++k) { lanes[k] = values[k]; }
    size_t i = 8;
    for (; i + 8 <= count; i += 8) {
      for (size_t k = 0; k < 8; ++k) { lanes[k] += values[i + k]; }
    }
    T sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
            ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    for (; i < count; ++i) { sum += values[i]; }
    return sum;
  }
  const size_t half = count / 2 - count / 2 % 8;
  return pairwise_sum(values, half) + pairwise_sum(values + half, count - half);
}

struct ColumnMoments {
  std::vector<double> mean, deviation;  ///< per signal; NaN where a signal has no value
};

/// Over every row; deviations with divisor n. Float16 is added in float16, as numpy does.
ColumnMoments column_moments(const SequenceDevice& device);

}  // namespace enigma::recordings::query
