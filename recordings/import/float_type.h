// Which float type holds numbers of any other: sequences are stored as floats, since the published
// reader divides 8-bit integers by 255 and refuses other ones.
#pragma once

#include "recordings/format/number_type.h"

#include <cstddef>

namespace enigma::recordings::importer {

/// float16, float32 and float64 stay; integers get the narrowest of the latter two that holds them
/// (64-bit ones beyond 2^53 are rounded).
NumberType float_type_of(NumberType type);
/// The wider of the two's float types.
NumberType wider_float(NumberType a, NumberType b);
/// Writes a number as float32 or float64.
void put_float(std::byte* place, NumberType type, double number);

}  // namespace enigma::recordings::importer
