// Where everything stands on the sheet, in points from its lower left corner.
#pragma once

#include "sweeps/law/figure/legend.h"
#include "sweeps/law/figure/picture.h"
#include "sweeps/law/figure/sheet.h"
#include "sweeps/law/figure/ticks.h"

#include <string>
#include <utility>
#include <vector>

namespace enigma::law {

struct PanelPlan {
  double left = 0, right = 0, bottom = 0, top = 0;  ///< of its axes
  Ticks x, y;
  std::vector<std::pair<double, std::string>> x_texts, y_texts;
  std::string title, x_label;
  std::vector<std::string> y_label;     ///< lines
  double x_label_y = 0, y_label_x = 0;  ///< of the (first) line's middle
};

struct Layout {
  Sheet sheet;
  double height = 0;
  LegendPlan legend;
  double legend_left = 0, legend_top = 0;
  std::vector<PanelPlan> panels;
  std::vector<std::string> note;
  double note_top = 0;
};

/// A column grows as high as its panels need; a slide divides what it has.
Layout layout_of(const Picture& picture, const Sheet& sheet);

}  // namespace enigma::law
