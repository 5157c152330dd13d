#include "recordings/format/npy.h"

#include "files/atomic_file.h"
#include "recordings/format/session.h"
#include "recordings/small_recording.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace enigma::recordings {
namespace {

Diagnostic refused(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "array.npy";
  write_atomically(path, bytes);
  const Parsed<NpyArray> array = open_npy(path);
  REQUIRE(!array.ok());
  REQUIRE(array.diagnostics.size() == 1);
  CHECK(array.diagnostics[0].file == path.string());
  return array.diagnostics[0];
}

std::string small_array() {
  const std::vector<float> numbers = {1, 2, 3, 4, 5, 6};
  return npy_bytes(NumberType::f32, {3, 2}, numbers.data());
}

std::string replaced(std::string bytes, const std::string& from, const std::string& to) {
  bytes.replace(bytes.find(from), from.size(), to);
  return bytes;
}

}  // namespace

TEST_CASE("npy: what is written reads back") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "array.npy";
  write_atomically(path, small_array());
  const Parsed<NpyArray> array = open_npy(path);
  REQUIRE(array.ok());
  CHECK(array.value->shape == std::vector<int64_t>{3, 2});
  CHECK(array.value->type == NumberType::f32);
  CHECK(number_at(array.value->data, NumberType::f32, 5) == 6);
}

namespace {

// The same numbers as numpy writes them of an array in the other order of axes and of bytes.
std::string rearranged(NumberType type, const std::vector<int64_t>& shape,
                       const std::vector<std::byte>& numbers) {
  const size_t size = bytes_of(type), rows = size_t(shape[0]), depth = numbers.size() / size / rows;
  std::vector<std::byte> other;
  REQUIRE(shape.size() == 3);
  for (size_t k = 0; k < size_t(shape[2]); ++k) {
    for (size_t j = 0; j < size_t(shape[1]); ++j) {
      for (size_t i = 0; i < rows; ++i) {
        for (size_t b = size; b-- > 0;) {
          other.push_back(numbers[(i * depth + j * size_t(shape[2]) + k) * size + b]);
        }
      }
    }
  }
  std::string file = npy_bytes(type, shape, other.data());
  if (size > 1) { file = replaced(file, "'<", "'>"); }
  return replaced(file, "False", "True ");
}

}  // namespace

TEST_CASE("npy: arrays in Fortran's order and in the other byte order are read, of every type") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "array.npy";
  for (const NumberType type :
       {NumberType::f16, NumberType::f32, NumberType::f64, NumberType::i8, NumberType::i16,
        NumberType::i32, NumberType::i64, NumberType::u8, NumberType::u16, NumberType::u32,
        NumberType::u64, NumberType::boolean}) {
    CAPTURE(name_of(type));
    std::vector<std::byte> numbers(2 * 3 * 4 * bytes_of(type));
    for (size_t i = 0; i < numbers.size(); ++i) { numbers[i] = std::byte((i * 37 + 1) & 0x7f); }
    write_atomically(path, rearranged(type, {2, 3, 4}, numbers));
    const Parsed<NpyArray> array = open_npy(path);
    REQUIRE(array.ok());
    CHECK(array.value->type == type);
    CHECK(array.value->shape == std::vector<int64_t>{2, 3, 4});
    CHECK(std::equal(numbers.begin(), numbers.end(), array.value->data));
    const Parsed<NpyArray> header = open_npy_header(path);
    REQUIRE(header.ok());
    CHECK(header.value->data == nullptr);
    CHECK(header.value->rearranged);
  }
}

TEST_CASE("npy: a session whose arrays are in Fortran's order is the same session") {
  SmallRecording recording;
  const auto folder = recording.write();
  const WindowRule rule{.samples = 10, .rate_hz = 10};
  const auto window_of = [&] {
    const Parsed<Session> session = Session::open(folder);
    REQUIRE(session.ok());
    std::vector<float> window(20), video(60);
    session.value->read_responses(0.3, rule, window);
    session.value->read_video(0.3, rule, video);
    window.insert(window.end(), video.begin(), video.end());
    return window;
  };
  std::vector<uint8_t> film(20 * 6);
  for (size_t i = 0; i < film.size(); ++i) { film[i] = uint8_t(i); }
  const auto film_file = folder / "screen" / "data" / "00000.npy";
  write_atomically(film_file, npy_bytes(NumberType::u8, {20, 2, 3}, film.data()));
  const std::vector<float> expected = window_of();
  const auto bytes = std::as_bytes(std::span(film));
  write_atomically(film_file, rearranged(NumberType::u8, {20, 2, 3}, {bytes.begin(), bytes.end()}));
  const auto rows = std::as_bytes(std::span(recording.responses));
  std::string file = rearranged(NumberType::f32, {200, 2, 1}, {rows.begin(), rows.end()});
  write_atomically(folder / "responses" / "data.npy", replaced(file, "(200,2,1)", "(200,2)  "));
  CHECK(window_of() == expected);
}

TEST_CASE("npy: a truncated file is refused with what is missing") {
  const std::string whole = small_array();
  const Diagnostic d = refused(whole.substr(0, whole.size() - 1));
  CHECK(d.pointer == "data");
  CHECK(d.found == "23");
  CHECK(refused(whole.substr(0, 40)).pointer == "header");
  CHECK(refused("").pointer == "header");
  CHECK(refused("not numpy at all").pointer == "header");
}

TEST_CASE("npy: types, orders and shapes that cannot be read are refused by name") {
  CHECK(refused(replaced(small_array(), "<f4", "|f4")).pointer == "descr");
  CHECK(refused(replaced(small_array(), "<f4", "|O8")).pointer == "descr");
  CHECK(refused(replaced(small_array(), "False", "Maybe")).pointer == "fortran_order");
  CHECK(refused(replaced(small_array(), "(3,2)", "(-3,)")).pointer == "shape");
  CHECK(refused(replaced(small_array(), "(3,2), }          ", "(4294967296,4294967296), }"))
            .pointer == "shape");
  CHECK(refused(replaced(small_array(), "'shape'", "'shap_'")).pointer == "shape");
}

TEST_CASE("number_type: binary16 converts exactly, both ways") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    float value = 0;
    to_float(reinterpret_cast<const std::byte*>(&half), NumberType::f16, {&value, 1});
    const int exponent = half >> 10 & 31;
    const double mantissa = half & 1023;
    if (exponent == 31) {
      CHECK((mantissa == 0 ? std::isinf(value) : std::isnan(value)));
      continue;
    }
    const double magnitude =
        exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    REQUIRE(value == static_cast<float>((half & 0x8000) ? -magnitude : magnitude));
    REQUIRE(half_of(value) == half);
  }
  CHECK(half_of(1.0f + 0x1p-11f) == half_of(1.0f));
  CHECK(half_of(1e9f) == 0x7c00);
}

}  // namespace enigma::recordings
