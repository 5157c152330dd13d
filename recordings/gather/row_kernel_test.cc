// Every vector unit against the portable code, and the portable code against the plain conversion.
#include "recordings/gather/row_kernel.h"

#include "recordings/generate/stream.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

namespace enigma::recordings::gather {
namespace {

constexpr NumberType kTypes[] = {NumberType::f16, NumberType::f32, NumberType::f64,
                                 NumberType::i8,  NumberType::i16, NumberType::i64,
                                 NumberType::u8,  NumberType::u16, NumberType::boolean};
constexpr Element kElements[] = {Element::f32, Element::f16, Element::bf16, Element::u8};
constexpr size_t kRow = 203;

struct Row {
  std::vector<std::byte> bytes;
  std::vector<int64_t> columns;
  std::vector<float> shift, scale;

  // At an odd address, with numbers of all sizes: bytes of files need no alignment.
  explicit Row(NumberType type) : bytes(kRow * bytes_of(type) + 1) {
    generate::Stream stream(1, {static_cast<uint64_t>(type)});
    for (std::byte& byte : bytes) { byte = static_cast<std::byte>(stream.below(256)); }
    for (size_t i = 0; i < kRow; ++i) {
      columns.push_back(stream.below(kRow));
      shift.push_back(static_cast<float>(stream.normal()));
      scale.push_back(static_cast<float>(stream.uniform(0.1, 3)));
    }
    columns[7] = kRow - 1;
    columns[8] = 0;
  }
  const std::byte* source() const { return bytes.data() + 1; }
};

// Element by element as float32, so that one NaN equals another.
std::vector<float> floats_of(const std::vector<std::byte>& out, Element element) {
  if (element == Element::bf16) {
    std::vector<float> numbers;
    for (size_t i = 0; i + 1 < out.size(); i += 2) {
      uint16_t upper = 0;
      std::memcpy(&upper, out.data() + i, 2);
      numbers.push_back(std::bit_cast<float>(static_cast<uint32_t>(upper) << 16));
    }
    return numbers;
  }
  const NumberType type = element == Element::f32   ? NumberType::f32
                          : element == Element::f16 ? NumberType::f16
                                                    : NumberType::u8;
  std::vector<float> numbers(out.size() / bytes_of(type));
  to_float(out.data(), type, numbers);
  return numbers;
}

bool same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

using Kernel = void (*)(const RowTask&);

std::vector<float> run(Kernel kernel, RowTask task) {
  std::vector<std::byte> out(task.count * bytes_of(task.element));
  task.out = out.data();
  kernel(task);
  return floats_of(out, task.element);
}

// What one number becomes, written for one number.
float expected(const RowTask& task, size_t i) {
  const auto column = task.columns != nullptr ? static_cast<size_t>(task.columns[i]) : i;
  float x = static_cast<float>(number_at(task.source, task.type, column));
  if (task.shift != nullptr) {
    x = (x - task.shift[i]) * task.scale[i];
    if (std::isnan(x)) { x = 0; }
  }
  std::vector<std::byte> out(bytes_of(task.element));
  store_elements({&x, 1}, task.element, out.data());
  return floats_of(out, task.element).front();
}

template <typename Check>
void over_tasks(Check check) {
  for (NumberType type : kTypes) {
    for (Element element : kElements) {
      for (size_t count : {size_t{0}, size_t{1}, size_t{7}, size_t{8}, size_t{64}, kRow}) {
        for (bool columns : {false, true}) {
          for (bool scaled : {false, true}) {
            const Row row(type);
            RowTask task{.source = row.source(), .type = type, .count = count, .element = element};
            if (columns) { task.columns = row.columns.data(); }
            if (scaled) {
              task.shift = row.shift.data();
              task.scale = row.scale.data();
            }
            CAPTURE(name_of(type));
            CAPTURE(int(element));
            CAPTURE(count);
            CAPTURE(columns);
            CAPTURE(scaled);
            check(task);
          }
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("row: portable code gives each number its column, conversion and scale") {
  over_tasks([](const RowTask& task) {
    const std::vector<float> out = run(gather_row_portable, task);
    REQUIRE(out.size() == task.count);
    for (size_t i = 0; i < out.size(); ++i) { REQUIRE(same(out[i], expected(task, i))); }
  });
}

TEST_CASE("row: every vector unit gives the numbers of the portable code") {
  if (!runs_avx2()) { MESSAGE("no AVX2 here: portable code against itself"); }
  over_tasks([](const RowTask& task) {
    const std::vector<float> out = run(gather_row, task);
    const std::vector<float> plain = run(gather_row_portable, task);
    REQUIRE(std::equal(out.begin(), out.end(), plain.begin(), plain.end(), same));
  });
}

TEST_CASE("row: all halves and the edges of rounding come out alike") {
  std::vector<uint16_t> halves(1 << 16);
  std::iota(halves.begin(), halves.end(), uint16_t{0});
  std::vector<float> floats;
  generate::Stream stream(3, {});
  for (uint32_t bits : {0u, 0x80000000u, 0x3f808000u, 0x3f818000u, 0x7f7fffffu, 0x7f800000u,
                        0xff800000u, 0x7fc00000u, 0x477fe000u, 0x477ff000u, 0x33000000u,
                        0x33000001u, 0x387fc000u, 0x00000001u}) {
    floats.push_back(std::bit_cast<float>(bits));
  }
  while (floats.size() < 4096) {
    floats.push_back(std::bit_cast<float>(static_cast<uint32_t>(stream.next())));
  }
  for (Element element : kElements) {
    const RowTask from_halves{.source = reinterpret_cast<const std::byte*>(halves.data()),
                              .type = NumberType::f16,
                              .count = halves.size(),
                              .element = element};
    RowTask from_floats = from_halves;
    from_floats.source = reinterpret_cast<const std::byte*>(floats.data());
    from_floats.type = NumberType::f32;
    from_floats.count = floats.size();
    for (const RowTask& task : {from_halves, from_floats}) {
      const std::vector<float> wide = run(gather_row, task), plain = run(gather_row_portable, task);
      for (size_t i = 0; i < wide.size(); ++i) { REQUIRE(same(wide[i], plain[i])); }
    }
  }
}

TEST_CASE("row: elements are rounded to nearest even, and grey levels are clamped") {
  const std::vector<float> numbers = {1.0f,   1.00390625f, 1.01171875f, -3e38f,
                                      254.5f, 300.0f,      -1.0f};
  std::vector<std::byte> out(numbers.size() * 2);
  store_elements(numbers, Element::bf16, out.data());
  const std::vector<float> bfloats = floats_of(out, Element::bf16);
  CHECK(bfloats[0] == 1.0f);
  CHECK(bfloats[1] == 1.0f);       // halfway to 1.0078125, the even one below
  CHECK(bfloats[2] == 1.015625f);  // halfway again, the even one above
  CHECK(bfloats[3] == doctest::Approx(-3e38).epsilon(0.004));
  out.resize(numbers.size());
  store_elements(numbers, Element::u8, out.data());
  CHECK(floats_of(out, Element::u8) == std::vector<float>{1, 1, 1, 0, 254, 255, 0});
}

}  // namespace enigma::recordings::gather
