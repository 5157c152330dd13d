#include "recordings/generate/film.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <span>

namespace enigma::recordings::generate {
namespace {

constexpr double kScene_s[] = {0.7, 2.2};  // shortest and longest scene
constexpr double kDrift_px_per_frame[] = {0.1, 0.9};
constexpr double kTurn_rad_per_frame = 0.03;
constexpr double kLuminanceDeviation = 26;  // between scenes
constexpr double kContrast[] = {26, 46};    // standard deviation within a scene

using Complex = std::complex<double>;

// Radix-2 transform in place (Cooley and Tukey 1965); 128 points need no library.
void transform(std::vector<Complex>& line) {
  const size_t n = line.size();
  for (size_t i = 1, j = 0; i < n; ++i) {
    size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) { j ^= bit; }
    j ^= bit;
    if (i < j) { std::swap(line[i], line[j]); }
  }
  for (size_t length = 2; length <= n; length *= 2) {
    for (size_t k = 0; k < length / 2; ++k) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(k) / double(length);
      const Complex twist(std::cos(angle), std::sin(angle));
      for (size_t at = k; at < n; at += length) {
        const Complex even = line[at], odd = line[at + length / 2] * twist;
        line[at] = even + odd;
        line[at + length / 2] = even - odd;
      }
    }
  }
}

double frequency(int64_t index) {
  return static_cast<double>(index <= kTextureSide / 2 ? index : index - kTextureSide);
}

void transform_lines(std::vector<Complex>& plane, int64_t stride, int64_t step) {
  std::vector<Complex> line(kTextureSide);
  for (int64_t row = 0; row < kTextureSide; ++row) {
    for (int64_t i = 0; i < kTextureSide; ++i) {
      line[size_t(i)] = plane[size_t(row * stride + i * step)];
    }
    transform(line);
    for (int64_t i = 0; i < kTextureSide; ++i) {
      plane[size_t(row * stride + i * step)] = line[size_t(i)];
    }
  }
}

struct Scene {
  std::vector<double> texture;
  double luminance, contrast;
  double x, y, speed, heading;
};

Scene make_scene(Stream& stream) {
  Scene scene;
  scene.texture = make_texture(stream);
  scene.luminance = kFilmGrey + kLuminanceDeviation * stream.normal();
  scene.contrast = stream.uniform(kContrast[0], kContrast[1]);
  scene.x = stream.uniform(0, kTextureSide);
  scene.y = stream.uniform(0, kTextureSide);
  scene.speed = stream.uniform(kDrift_px_per_frame[0], kDrift_px_per_frame[1]);
  scene.heading = stream.uniform(0, 2 * std::numbers::pi);
  return scene;
}

// The window onto the texture at a place between pixels (bilinear, periodic).
void draw(const Scene& scene, std::span<uint8_t> frame) {
  const auto left = static_cast<int64_t>(std::floor(scene.x));
  const auto top = static_cast<int64_t>(std::floor(scene.y));
  const double fx = scene.x - std::floor(scene.x), fy = scene.y - std::floor(scene.y);
  const auto at = [&](int64_t row, int64_t column) {
    return scene
        .texture[size_t((row & (kTextureSide - 1)) * kTextureSide + (column & (kTextureSide - 1)))];
  };
  for (int64_t row = 0; row < kFilmHeight; ++row) {
    for (int64_t column = 0; column < kFilmWidth; ++column) {
      const int64_t r = top + row, c = left + column;
      const double upper = at(r, c) * (1 - fx) + at(r, c + 1) * fx;
      const double lower = at(r + 1, c) * (1 - fx) + at(r + 1, c + 1) * fx;
      const double level = scene.luminance + scene.contrast * (upper * (1 - fy) + lower * fy);
      frame[size_t(row * kFilmWidth + column)] =
          static_cast<uint8_t>(std::clamp(level + 0.5, 0.0, 255.0));
    }
  }
}

void drift(Scene& scene, Stream& stream) {
  scene.heading += kTurn_rad_per_frame * stream.normal();
  scene.x += scene.speed * std::cos(scene.heading);
  scene.y += scene.speed * std::sin(scene.heading);
}

}  // namespace

std::vector<double> make_texture(Stream& stream) {
  std::vector<Complex> plane(kTextureSide * kTextureSide);
  for (int64_t v = 0; v < kTextureSide; ++v) {
    for (int64_t u = 0; u < kTextureSide; ++u) {
      const double f = std::hypot(frequency(u), frequency(v));
      const double real = stream.normal(), imaginary = stream.normal();
      if (f > 0) { plane[size_t(v * kTextureSide + u)] = Complex(real, imaginary) / f; }
    }
  }
  transform_lines(plane, kTextureSide, 1);
  transform_lines(plane, 1, kTextureSide);
  std::vector<double> texture(plane.size());
  double square = 0;
  for (size_t i = 0; i < plane.size(); ++i) {
    texture[i] = plane[i].real();
    square += texture[i] * texture[i];
  }
  const double deviation = std::sqrt(square / static_cast<double>(texture.size()));
  for (double& level : texture) { level /= deviation; }
  return texture;
}

std::vector<uint8_t> make_film(Stream stream, int64_t frames) {
  std::vector<uint8_t> film(size_t(frames * kFilmArea));
  int64_t cut = 0;
  Scene scene;
  for (int64_t frame = 0; frame < frames; ++frame) {
    if (frame == cut) {
      scene = make_scene(stream);
      cut += std::max<int64_t>(
          1, std::llround(kFilmRate_hz * stream.uniform(kScene_s[0], kScene_s[1])));
    }
    draw(scene, {film.data() + frame * kFilmArea, size_t(kFilmArea)});
    drift(scene, stream);
  }
  return film;
}

}  // namespace enigma::recordings::generate
