// Where the keys of a legend stand: in rows above the panels, or in a stack beside the one
// panel of a slide.
#pragma once

#include "sweeps/law/figure/picture.h"
#include "sweeps/law/figure/sheet.h"

namespace enigma::law {

/// Places in points from the legend's upper left corner, y downwards, at the middle of a line.
struct PlacedText {
  double x = 0, y = 0;
  std::string text;
  Anchor anchor = Anchor::left;
};
struct PlacedKey {
  double x = 0, y = 0;  ///< left end of the swatch
  Look look;
};
struct PlacedBar {
  double x = 0, y = 0, width = 0, height = 0;  ///< upper left corner
  bool upright = false;                        ///< small sizes at the bottom
};

struct LegendPlan {
  std::vector<PlacedText> texts;
  std::vector<PlacedKey> keys;
  std::optional<PlacedBar> bar;
  double width = 0, height = 0;
};

/// Length of a swatch, in ems.
inline constexpr double kSwatchEm = 1.9;

LegendPlan flowing_legend(const Picture& picture, const Sheet& sheet, double width);
LegendPlan stacked_legend(const Picture& picture, const Sheet& sheet);

}  // namespace enigma::law
