// The number types that recordings are stored in, and their conversion. Bytes need no alignment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace enigma::recordings {

enum class NumberType { f16, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, boolean };

size_t bytes_of(NumberType type);
/// numpy's name: float16, int32, uint8, bool, …
std::string_view name_of(NumberType type);
std::optional<NumberType> type_of_name(std::string_view name);
/// numpy's description in a .npy header: "<f4", "|u1"; big-endian numbers are unknown here.
std::optional<NumberType> type_of_descr(std::string_view descr);
/// The same in either byte order: ">f4" is a float32 whose bytes are reversed.
struct StoredType {
  NumberType type = NumberType::f32;
  bool reversed = false;
};
std::optional<StoredType> stored_type_of_descr(std::string_view descr);

/// out.size() numbers from `source` on, as float32 (IEEE 754 binary16 exactly, NaN kept).
void to_float(const std::byte* source, NumberType type, std::span<float> out);
double number_at(const std::byte* source, NumberType type, size_t index);
/// The same with every bit: an integer of 64 bits does not fit into a double.
using ExactNumber = std::variant<int64_t, uint64_t, double>;
ExactNumber exact_at(const std::byte* source, NumberType type, size_t index);
/// The place of the first NaN among `count` numbers, or `count`.
size_t first_nan(const std::byte* source, NumberType type, size_t count);

/// IEEE 754 binary16, round to nearest even.
uint16_t half_of(float value);
/// bfloat16, the upper half of a binary32: round to nearest even, NaN quiet.
uint16_t bfloat_of(float value);

}  // namespace enigma::recordings
