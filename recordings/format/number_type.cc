#include "recordings/format/number_type.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace enigma::recordings {
namespace {

struct Facts {
  NumberType type;
  std::string_view name;
  std::string_view descr;
  size_t bytes;
};

constexpr std::array<Facts, 12> kFacts = {{{NumberType::f16, "float16", "<f2", 2},
                                           {NumberType::f32, "float32", "<f4", 4},
                                           {NumberType::f64, "float64", "<f8", 8},
                                           {NumberType::i8, "int8", "|i1", 1},
                                           {NumberType::i16, "int16", "<i2", 2},
                                           {NumberType::i32, "int32", "<i4", 4},
                                           {NumberType::i64, "int64", "<i8", 8},
                                           {NumberType::u8, "uint8", "|u1", 1},
                                           {NumberType::u16, "uint16", "<u2", 2},
                                           {NumberType::u32, "uint32", "<u4", 4},
                                           {NumberType::u64, "uint64", "<u8", 8},
                                           {NumberType::boolean, "bool", "|b1", 1}}};

struct Half {
  uint16_t bits;
};

// Branch-free, so that a row converts in vector registers. Scaling by a power of two is exact and
// turns binary16's subnormal numbers into normal ones.
float value_of(Half half) {
  const uint32_t magnitude = static_cast<uint32_t>(half.bits & 0x7fff) << 13;
  uint32_t bits = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) * 0x1p112f);
  bits |= (half.bits & 0x7c00) == 0x7c00 ? 0x7f800000u : 0u;
  return std::bit_cast<float>(bits | static_cast<uint32_t>(half.bits & 0x8000) << 16);
}
template <typename T>
T value_of(T value) {
  return value;
}

unsigned is_nan(Half half) {
  return (half.bits & 0x7fff) > 0x7c00;
}
template <typename T>
unsigned is_nan(T value) {
  return value != value;
}

template <typename T>
T load(const std::byte* source, size_t index) {
  T value;
  std::memcpy(&value, source + index * sizeof(T), sizeof(T));
  return value;
}

template <typename Visit>
auto with_type(NumberType type, Visit visit) {
  switch (type) {
    case NumberType::f16:
      return visit(Half{});
    case NumberType::f32:
      return visit(float{});
    case NumberType::f64:
      return visit(double{});
    case NumberType::i8:
      return visit(int8_t{});
    case NumberType::i16:
      return visit(int16_t{});
    case NumberType::i32:
      return visit(int32_t{});
    case NumberType::i64:
      return visit(int64_t{});
    case NumberType::u16:
      return visit(uint16_t{});
    case NumberType::u32:
      return visit(uint32_t{});
    case NumberType::u64:
      return visit(uint64_t{});
    case NumberType::u8:
    case NumberType::boolean:
      break;
  }
  return visit(uint8_t{});
}

}  // namespace

size_t bytes_of(NumberType type) {
  return kFacts[static_cast<size_t>(type)].bytes;
}
std::string_view name_of(NumberType type) {
  return kFacts[static_cast<size_t>(type)].name;
}

std::optional<NumberType> type_of_name(std::string_view name) {
  for (const Facts& facts : kFacts) {
    if (facts.name == name) { return facts.type; }
  }
  return std::nullopt;
}

std::optional<NumberType> type_of_descr(std::string_view descr) {
  for (const Facts& facts : kFacts) {
    if (facts.descr == descr) { return facts.type; }
  }
  return std::nullopt;
}

std::optional<StoredType> stored_type_of_descr(std::string_view descr) {
  constexpr std::string_view kOrders = "<>=|";
  if (descr == "?") { descr = "|b1"; }
  if (descr.empty()) { return std::nullopt; }
  const bool told = kOrders.find(descr[0]) != std::string_view::npos;
  const std::string_view name = told ? descr.substr(1) : descr;
  for (const Facts& facts : kFacts) {
    if (facts.descr.substr(1) != name) { continue; }
    // "|" is for what has no byte order.
    if (facts.bytes > 1 && told && descr[0] == '|') { return std::nullopt; }
    return StoredType{facts.type, facts.bytes > 1 && descr[0] == '>'};
  }
  return std::nullopt;
}

void to_float(const std::byte* source, NumberType type, std::span<float> out) {
  with_type(type, [&](auto kind) {
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<float>(value_of(load<decltype(kind)>(source, i)));
    }
  });
}

double number_at(const std::byte* source, NumberType type, size_t index) {
  return with_type(type, [&](auto kind) {
    return static_cast<double>(value_of(load<decltype(kind)>(source, index)));
  });
}

ExactNumber exact_at(const std::byte* source, NumberType type, size_t index) {
  return with_type(type, [&](auto kind) -> ExactNumber {
    using T = decltype(kind);
    if constexpr (std::is_signed_v<T> && std::is_integral_v<T>) {
      return int64_t{load<T>(source, index)};
    } else if constexpr (std::is_integral_v<T>) {
      return uint64_t{load<T>(source, index)};
    } else {
      return static_cast<double>(value_of(load<T>(source, index)));
    }
  });
}

size_t first_nan(const std::byte* source, NumberType type, size_t count) {
  return with_type(type, [&](auto kind) {
    using T = decltype(kind);
    unsigned any = 0;  // no early exit: a row without NaN, the usual one, runs in vector registers
    for (size_t i = 0; i < count; ++i) { any |= is_nan(load<T>(source, i)); }
    for (size_t i = 0; any && i < count; ++i) {
      if (is_nan(load<T>(source, i))) { return i; }
    }
    return count;
  });
}

uint16_t half_of(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint16_t sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  const float magnitude = std::fabs(value);
  if (std::isnan(value)) { return sign | 0x7e00; }
  if (magnitude >= 65520.0f) { return sign | 0x7c00; }
  if (magnitude < 0x1p-14f) {  // subnormal: an integer count of 2^-24
    return static_cast<uint16_t>(sign | static_cast<uint16_t>(std::nearbyint(magnitude * 0x1p24f)));
  }
  uint32_t rounded = std::bit_cast<uint32_t>(magnitude);
  rounded += 0xfff + (rounded >> 13 & 1);
  return static_cast<uint16_t>(sign | ((rounded >> 13) - (112u << 10)));
}

uint16_t bfloat_of(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) { return static_cast<uint16_t>((bits | 0x00400000u) >> 16); }
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

}  // namespace enigma::recordings
