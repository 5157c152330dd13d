#include "recordings/npy.h"

#include "files/atomic_file.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
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
  CHECK(refused(replaced(small_array(), "<f4", ">f4")).pointer == "descr");
  CHECK(refused(replaced(small_array(), "<f4", "|O8")).pointer == "descr");
  CHECK(refused(replaced(small_array(), "False", "True ")).pointer == "fortran_order");
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
