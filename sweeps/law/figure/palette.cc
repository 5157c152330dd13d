#include "sweeps/law/figure/palette.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace enigma::law {

namespace {

struct Color {
  double red, green, blue;
};

constexpr std::array<Color, 9> kViridis = {{{68, 1, 84},
                                            {71, 45, 123},
                                            {59, 82, 139},
                                            {44, 114, 142},
                                            {33, 145, 140},
                                            {40, 174, 128},
                                            {94, 201, 98},
                                            {173, 220, 48},
                                            {253, 231, 37}}};
/// The lightest color used: beyond it the contrast with white is too small for a thin line.
constexpr double kLightest = 0.78;

}  // namespace

std::string viridis(double share) {
  const double place = std::clamp(share, 0.0, 1.0) * (kViridis.size() - 1);
  const size_t low = std::min(static_cast<size_t>(place), kViridis.size() - 2);
  const double rest = place - static_cast<double>(low);
  const Color &a = kViridis[low], &b = kViridis[low + 1];
  const auto mix = [&](double from, double to) {
    return static_cast<int>(from + rest * (to - from) + 0.5);
  };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(a.red, b.red), mix(a.green, b.green),
                     mix(a.blue, b.blue));
}

std::string size_color(double share) {
  return viridis(kLightest * (1 - std::clamp(share, 0.0, 1.0)));
}

int subset_mark(size_t index) {
  constexpr std::array<int, 12> kMarks = {7, 9, 5, 13, 11, 15, 6, 8, 4, 12, 10, 14};
  return kMarks[index % kMarks.size()];
}

int open_mark(int mark) {
  return mark % 2 == 1 ? mark - 1 : mark;
}

int subset_dash(size_t index) {
  return static_cast<int>(index % 4);
}

}  // namespace enigma::law
