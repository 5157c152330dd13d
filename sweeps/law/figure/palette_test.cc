#include "sweeps/law/figure/palette.h"

#include "sweeps/law/figure/size_scale.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <set>

using namespace enigma::law;

namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

constexpr Matrix kNormal = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
/// Linear RGB as seen without one sort of cone: Machado, Oliveira & Fernandes 2009, severity 1.
constexpr Matrix kDeuteranopia = {{{0.367322, 0.860646, -0.227968},
                                   {0.280085, 0.672501, 0.047413},
                                   {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix kProtanopia = {{{0.152286, 1.052583, -0.204868},
                                 {0.114503, 0.786281, 0.099216},
                                 {-0.003882, -0.048116, 1.051998}}};

Triple times(const Matrix& matrix, const Triple& vector) {
  Triple product{};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) { product[i] += matrix[i][j] * vector[j]; }
  }
  return product;
}

Triple linear(const std::string& color) {
  Triple rgb{};
  for (size_t k = 0; k < 3; ++k) {
    const double s = std::stoi(color.substr(1 + 2 * k, 2), nullptr, 16) / 255.0;
    rgb[k] = s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
  }
  return rgb;
}

/// CIE L*a*b* (D65) of a color as seen through `eyes`.
Triple lab(const std::string& color, const Matrix& eyes) {
  constexpr Matrix kXyz = {
      {{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};
  const Triple xyz = times(kXyz, times(eyes, linear(color)));
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
  const double x = f(xyz[0] / 0.9505), y = f(xyz[1]), z = f(xyz[2] / 1.089);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double distance(const Triple& a, const Triple& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

}  // namespace

TEST_CASE("palette: viridis has its published ends") {
  CHECK(viridis(0) == "#440154");
  CHECK(viridis(1) == "#fde725");
  CHECK(viridis(2) == viridis(1));
}

TEST_CASE("palette: a larger size is darker, in print and for every eye") {
  for (const Matrix& eyes : {kNormal, kDeuteranopia, kProtanopia}) {
    double last = 101;
    for (int k = 0; k <= 100; ++k) {
      const double lightness = lab(size_color(k / 100.0), eyes)[0];
      CHECK(lightness < last);
      last = lightness;
    }
    CHECK(lab(size_color(0), eyes)[0] < 82);  // a thin line of it still shows on white
    CHECK(lab(size_color(1), eyes)[0] > 10);
  }
}

TEST_CASE("palette: up to eight sizes stay apart for every eye") {
  for (const Matrix& eyes : {kNormal, kDeuteranopia, kProtanopia}) {
    for (int count = 2; count <= 8; ++count) {
      for (int a = 0; a < count; ++a) {
        for (int b = a + 1; b < count; ++b) {
          const double apart = distance(lab(size_color(a / (count - 1.0)), eyes),
                                        lab(size_color(b / (count - 1.0)), eyes));
          CHECK(apart > 8);  // a just noticeable difference is about 2.3
        }
      }
    }
  }
}

TEST_CASE("palette: twelve subsets have twelve shapes") {
  std::set<int> shapes;
  for (size_t k = 0; k < 12; ++k) { shapes.insert(subset_mark(k)); }
  CHECK(shapes.size() == 12);
  CHECK(open_mark(7) == 6);
  CHECK(open_mark(6) == 6);
}

TEST_CASE("palette: rows of one named size are one size") {
  Table table;
  table.axes.insert('N');
  for (const auto& [n, name] : {std::pair(1e6, "S"), {1.01e6, "S"}, {4e6, "M"}}) {
    Row row;
    row.n = n;
    row.columns = Texts(Texts::Pairs{{"size", name}});
    table.rows.push_back(row);
  }
  const SizeScale scale = size_scale(table);
  CHECK(scale.sizes == std::vector<double>{1e6, 4e6});
  CHECK(drawn_n(scale, table.rows[1]) == 1e6);
  CHECK(color_of(scale, 1e6) == size_color(0));
  CHECK(color_of(scale, 4e6) == size_color(1));
}
