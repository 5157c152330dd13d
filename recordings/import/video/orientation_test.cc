#include "recordings/import/video/orientation.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

namespace enigma::recordings::importer::video {
namespace {

constexpr double kOne = 1 << 16;

std::optional<Orientation> of(double a, double b, double c, double d) {
  const auto fixed = [](double part) { return static_cast<int32_t>(std::lround(part * kOne)); };
  return orientation_of(
      std::array<int32_t, 9>{fixed(a), fixed(b), 0, fixed(c), fixed(d), 0, fixed(48), 0, 1 << 30});
}

// Two rows of three pixels, seen through an orientation.
std::vector<uint8_t> seen(const std::optional<Orientation>& orientation) {
  REQUIRE(orientation.has_value());
  const std::vector<uint8_t> pixels = {1, 2, 3,  //
                                       4, 5, 6};
  return turned(*orientation, {2, 3}, 1, pixels);
}

}  // namespace

TEST_CASE("orientation: all eight ways to lay a picture's sides on the screen's") {
  using Pixels = std::vector<uint8_t>;
  CHECK(seen(of(1, 0, 0, 1)) == Pixels{1, 2, 3, 4, 5, 6});
  CHECK(seen(of(0, 1, -1, 0)) == Pixels{4, 1, 5, 2, 6, 3});
  CHECK(seen(of(-1, 0, 0, -1)) == Pixels{6, 5, 4, 3, 2, 1});
  CHECK(seen(of(0, -1, 1, 0)) == Pixels{3, 6, 2, 5, 1, 4});
  CHECK(seen(of(-1, 0, 0, 1)) == Pixels{3, 2, 1, 6, 5, 4});
  CHECK(seen(of(1, 0, 0, -1)) == Pixels{4, 5, 6, 1, 2, 3});
  CHECK(seen(of(0, 1, 1, 0)) == Pixels{1, 4, 2, 5, 3, 6});
  CHECK(seen(of(0, -1, -1, 0)) == Pixels{6, 3, 5, 2, 4, 1});
  CHECK(turned(*of(0, 1, -1, 0), {2, 3}) == gather::PictureSize{3, 2});
  CHECK(turned(*of(-1, 0, 0, 1), {2, 3}) == gather::PictureSize{2, 3});
}

TEST_CASE("orientation: pixels of three bytes stay together, and a scaled matrix is a turn too") {
  const std::vector<uint8_t> pixels = {1, 2, 3, 4, 5, 6};
  CHECK(turned(*of(-2, 0, 0, -2), {1, 2}, 3, pixels) == std::vector<uint8_t>{4, 5, 6, 1, 2, 3});
}

TEST_CASE("orientation: words, and what is no quarter turn") {
  CHECK(of(0, 1, -1, 0)->words() == "turned by 90 degrees");
  CHECK(of(0, -1, 1, 0)->words() == "turned by 270 degrees");
  CHECK(of(1, 0, 0, -1)->words() == "mirrored top to bottom");
  CHECK(of(-1, 0, 0, 1)->words() == "mirrored top to bottom and turned by 180 degrees");
  CHECK_FALSE(of(std::cos(0.5), std::sin(0.5), -std::sin(0.5), std::cos(0.5)).has_value());
  CHECK_FALSE(of(0, 0, 0, 0).has_value());
  CHECK_FALSE(of(1, 0, 1, 0).has_value());
}

}  // namespace enigma::recordings::importer::video
