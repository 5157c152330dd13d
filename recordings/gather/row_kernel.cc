#include "recordings/gather/row_kernel.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace enigma::recordings::gather {
namespace {

constexpr size_t kBlock = 64;  // numbers that go through registers and first cache together

template <size_t Bytes>
void collect(const std::byte* source, const int64_t* columns, size_t count, std::byte* out) {
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(out + i * Bytes, source + static_cast<size_t>(columns[i]) * Bytes, Bytes);
  }
}

void collect(const RowTask& task, size_t from, size_t count, std::byte* out) {
  const int64_t* columns = task.columns + from;
  switch (bytes_of(task.type)) {
    case 1:
      return collect<1>(task.source, columns, count, out);
    case 2:
      return collect<2>(task.source, columns, count, out);
    case 4:
      return collect<4>(task.source, columns, count, out);
    default:
      return collect<8>(task.source, columns, count, out);
  }
}

// Halves that stay halves, four to a store, with the next row fetched on the way.
void collect_halves(const RowTask& task) {
  constexpr size_t kStep = 32, kLineBytes = 64;
  const size_t steps = task.count / kStep, lines = task.next.size() / kLineBytes;
  const size_t lines_per_step = steps == 0 || lines > task.count ? 0 : (lines + steps - 1) / steps;
  const std::byte* next = task.next.data();
  const auto half = [&](size_t i) {
    uint16_t number;
    std::memcpy(&number, task.source + task.columns[i] * 2, 2);
    return uint64_t{number};
  };
  size_t i = 0;
  for (; i + kStep <= task.count; i += kStep) {
    for (size_t line = 0; line < lines_per_step; ++line, next += kLineBytes) {
      __builtin_prefetch(next);
    }
    for (size_t k = i; k < i + kStep; k += 4) {
      const uint64_t four = half(k) | half(k + 1) << 16 | half(k + 2) << 32 | half(k + 3) << 48;
      std::memcpy(task.out + k * 2, &four, 8);  // numbers are little-endian everywhere here
    }
  }
  collect(task, i, task.count - i, task.out + i * 2);
}

bool keeps_type(const RowTask& task) {
  if (task.shift != nullptr) { return false; }
  return (task.type == NumberType::f32 && task.element == Element::f32) ||
         (task.type == NumberType::f16 && task.element == Element::f16) ||
         (task.type == NumberType::u8 && task.element == Element::u8);
}

void standardize(std::span<float> numbers, const float* shift, const float* scale) {
  for (size_t i = 0; i < numbers.size(); ++i) {
    const float scaled = (numbers[i] - shift[i]) * scale[i];
    numbers[i] = std::isnan(scaled) ? 0.0f : scaled;
  }
}

template <typename T, typename Convert>
void store(std::span<const float> numbers, std::byte* out, Convert convert) {
  for (size_t i = 0; i < numbers.size(); ++i) {
    const T element = convert(numbers[i]);
    std::memcpy(out + i * sizeof(T), &element, sizeof(T));
  }
}

uint8_t grey_of(float value) {
  if (!(value > 0)) { return 0; }
  return static_cast<uint8_t>(std::nearbyint(std::min(value, 255.0f)));
}

}  // namespace

size_t bytes_of(Element element) {
  constexpr std::array<size_t, 4> kBytes = {4, 2, 2, 1};
  return kBytes[static_cast<size_t>(element)];
}

void store_elements(std::span<const float> numbers, Element element, std::byte* out) {
  if (numbers.empty()) { return; }
  switch (element) {
    case Element::f32:
      std::memcpy(out, numbers.data(), numbers.size_bytes());
      return;
    case Element::f16:
      return store<uint16_t>(numbers, out, half_of);
    case Element::bf16:
      return store<uint16_t>(numbers, out, bfloat_of);
    case Element::u8:
      return store<uint8_t>(numbers, out, grey_of);
  }
}

void gather_row_portable(const RowTask& task) {
  if (task.count == 0) { return; }
  if (keeps_type(task) && task.columns == nullptr) {
    std::memcpy(task.out, task.source, task.count * bytes_of(task.type));
    return;
  }
  if (keeps_type(task) && task.element == Element::f16) { return collect_halves(task); }
  if (keeps_type(task)) { return collect(task, 0, task.count, task.out); }
  std::array<std::byte, kBlock * 8> raw;
  std::array<float, kBlock> numbers;
  for (size_t from = 0; from < task.count; from += kBlock) {
    const size_t count = std::min(kBlock, task.count - from);
    const std::byte* source = task.source + from * bytes_of(task.type);
    if (task.columns != nullptr) {
      collect(task, from, count, raw.data());
      source = raw.data();
    }
    const std::span<float> block(numbers.data(), count);
    to_float(source, task.type, block);
    if (task.shift != nullptr) { standardize(block, task.shift + from, task.scale + from); }
    store_elements(block, task.element, task.out + from * bytes_of(task.element));
  }
}

void gather_row(const RowTask& task) {
  static const bool wide = runs_avx2();
  if (wide) {
    gather_row_avx2(task);
  } else {
    gather_row_portable(task);
  }
}

}  // namespace enigma::recordings::gather
