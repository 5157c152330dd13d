// One stored row gathered, converted and normalised in one pass: the inner loop of every window.
#pragma once

#include "recordings/format/number_type.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace enigma::recordings::gather {

/// Number types that a batch is made of; bf16 is the upper half of an IEEE 754 binary32.
enum class Element { f32, f16, bf16, u8 };

size_t bytes_of(Element element);

/// What becomes of one row. Number i of `out` comes from number columns[i] of the row.
struct RowTask {
  const std::byte* source = nullptr;
  NumberType type = NumberType::f32;
  const int64_t* columns = nullptr;  ///< `count` of them; nullptr = 0, 1, 2, …
  size_t count = 0;
  /// `count` numbers each: x becomes (x − shift) · scale in float32, and NaN becomes 0;
  /// nullptr = as stored.
  const float* shift = nullptr;
  const float* scale = nullptr;
  Element element = Element::f32;
  std::byte* out = nullptr;
  std::span<const std::byte> next = {};  ///< read soon after: fetched on the way, may be empty
};

/// By the widest vector unit of this machine; every one gives the same bytes.
void gather_row(const RowTask& task);
/// The same on any machine.
void gather_row_portable(const RowTask& task);
/// The same by AVX2 and F16C; REQUIRES: runs_avx2().
void gather_row_avx2(const RowTask& task);
bool runs_avx2();

/// float32 numbers as elements: rounded to nearest even; u8 clamped to 0–255, NaN as 0.
void store_elements(std::span<const float> numbers, Element element, std::byte* out);

}  // namespace enigma::recordings::gather
