#include "recordings/import/float_type.h"

#include "diagnostics/check.h"

#include <cstring>

namespace enigma::recordings::importer {

NumberType float_type_of(NumberType type) {
  switch (type) {
    case NumberType::f16:
    case NumberType::f32:
    case NumberType::f64:
      return type;
    case NumberType::i32:
    case NumberType::u32:
    case NumberType::i64:
    case NumberType::u64:
      return NumberType::f64;
    default:
      return NumberType::f32;
  }
}

NumberType wider_float(NumberType a, NumberType b) {
  const NumberType first = float_type_of(a), second = float_type_of(b);
  return bytes_of(first) >= bytes_of(second) ? first : second;
}

void put_float(std::byte* place, NumberType type, double number) {
  ENIGMA_CHECK(type == NumberType::f32 || type == NumberType::f64, "not a float type of C++");
  const auto single = static_cast<float>(number);
  if (type == NumberType::f64) {
    std::memcpy(place, &number, sizeof number);
  } else {
    std::memcpy(place, &single, sizeof single);
  }
}

}  // namespace enigma::recordings::importer
