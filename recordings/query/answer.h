// What a modality answers when it is asked for its values at some times.
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/format/number_type.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace enigma::recordings::query {

/// Seconds that a modality knows of, all bounds closed.
struct Clock {
  double start_s = 0, end_s = 0;
  double valid_from_s = 0, valid_to_s = 0;  ///< what is left of it once every signal is shifted
};

struct Answer {
  NumberType type = NumberType::f32;
  std::vector<int64_t> shape;        ///< (valid times, signals) or (valid times, image size)
  std::vector<std::byte> bytes;      ///< row-major
  std::vector<int64_t> valid;        ///< indices into the times asked for, rising
  std::vector<Diagnostic> warnings;  ///< times that could not be answered, and why

  int64_t elements() const;
  double number(int64_t index) const;
};

/// The indices of the times inside [from, to]; NaN lies nowhere.
std::vector<int64_t> times_inside(const std::vector<double>& times_s, double from_s, double to_s);

/// `values` as the bytes of an answer.
template <typename T>
void store(Answer& answer, const std::vector<T>& values) {
  const auto* begin = reinterpret_cast<const std::byte*>(values.data());
  answer.bytes.assign(begin, begin + values.size() * sizeof(T));
}

}  // namespace enigma::recordings::query
