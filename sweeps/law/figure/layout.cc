#include "sweeps/law/figure/layout.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

constexpr double kEdgeEm = 0.6, kTicEm = 0.35, kLineEm = 1.25;
/// Room for one number of an axis, and between two.
constexpr double kXNumberEm = 4.5, kYNumberEm = 3, kNumberGapEm = 0.7;
constexpr size_t kNoteLines = 3;
/// Numbers beyond this are not drawn: an axis around them would leave the range of doubles.
constexpr double kLargest = 1e250;

struct Span {
  double low = INFINITY, high = -INFINITY;

  void take(std::optional<double> value, Scale scale) {
    if (!value || !(std::abs(*value) < kLargest)) { return; }
    if (scale == Scale::log && !(*value > 1 / kLargest)) { return; }
    low = std::min(low, *value);
    high = std::max(high, *value);
  }
};

Span span_of(const Panel& panel, char axis) {
  const bool x = axis == 'x';
  const Axis& of = x ? panel.x : panel.y;
  Span span;
  for (const Series& series : panel.series) {
    for (const Datum& datum : series.data) {
      span.take(x ? datum.x : datum.y, of.scale);
      span.take(x ? datum.x_low : datum.low, of.scale);
      span.take(x ? datum.x_high : datum.high, of.scale);
    }
  }
  for (const Rule& rule : panel.rules) {
    if (rule.axis == axis) { span.take(rule.value, of.scale); }
  }
  if (of.from) { span.low = *of.from; }
  if (of.to) { span.high = *of.to; }
  if (!(span.low <= span.high)) { span = {1, 10}; }
  return span;
}

Ticks ticks_of(const Panel& panel, char axis, int wanted) {
  const Axis& of = axis == 'x' ? panel.x : panel.y;
  const Span span = span_of(panel, axis);
  Ticks ticks = of.scale == Scale::log ? log_ticks(span.low, span.high, wanted)
                                       : linear_ticks(span.low, span.high, wanted);
  if (of.from) { ticks.from = *of.from; }
  if (of.to) { ticks.to = *of.to; }
  return ticks;
}

/// Width of a number of an axis: what stands in an exponent is smaller.
double number_em(const std::string& text) {
  const size_t raised = text.find('^');
  const double rest = raised == std::string::npos ? 0 : 0.3 * width_em(text.substr(raised));
  return width_em(text) - rest;
}

double widest_em(const std::vector<std::pair<double, std::string>>& texts) {
  double widest = 0;
  for (const auto& [at, text] : texts) { widest = std::max(widest, number_em(text)); }
  return widest;
}

/// Where a value stands on an axis of that width.
double place_em(const Ticks& ticks, double value, double width_em) {
  const bool log = ticks.scale == Scale::log;
  const auto at = [log](double x) { return log ? std::log(x) : x; };
  return (at(value) - at(ticks.from)) / (at(ticks.to) - at(ticks.from)) * width_em;
}

bool overlap(const PanelPlan& plan, double width_em) {
  double last = -INFINITY;
  for (const auto& [value, text] : plan.x_texts) {
    const double middle = place_em(plan.x, value, width_em), half = number_em(text) / 2;
    if (middle - half < last + kNumberGapEm) { return true; }
    last = middle + half;
  }
  return false;
}

/// As many numbers along the x axis as stand clear of each other.
void plan_x(const Panel& panel, double width_em, PanelPlan& plan) {
  const int most = std::clamp(static_cast<int>(width_em / kXNumberEm), 3, 7);
  for (int wanted = most; wanted >= 2; --wanted) {
    plan.x = ticks_of(panel, 'x', wanted);
    plan.x_texts = tick_texts(plan.x);
    if (!overlap(plan, width_em)) { return; }
  }
  while (plan.x_texts.size() > 2 && overlap(plan, width_em)) {
    for (size_t k = 1; k < plan.x_texts.size(); ++k) {
      plan.x_texts.erase(plan.x_texts.begin() + static_cast<long>(k));
    }
  }
}

size_t columns_of(const Picture& picture, const Sheet& sheet) {
  const size_t count = picture.panels.size();
  if (sheet.size == FigureSize::column) { return count > 3 ? 2 : 1; }
  if (count <= 3) { return std::max<size_t>(count, 1); }
  return count == 4 ? 2 : 3;
}

double panel_height(const Picture& picture, const Sheet& sheet) {
  const size_t count = picture.panels.size();
  if (count <= 1) { return sheet.panel_height; }
  return sheet.panel_height * (count <= 3 ? 0.72 : 0.55);
}

struct Cell {
  double left, right, bottom, top;
};

/// The panel in its cell, axes and labels inside it.
PanelPlan planned(const Panel& panel, const Cell& cell, double em, bool labelled) {
  PanelPlan plan;
  const double title = panel.title.empty() ? 0.5 : 1.5;
  plan.top = cell.top - title * em;
  plan.bottom = cell.bottom + (kTicEm + 2 * kLineEm + 0.4) * em;
  plan.x_label_y = cell.bottom + 0.55 * kLineEm * em;
  const double height_em = (plan.top - plan.bottom) / em;
  const int y_numbers = std::clamp(static_cast<int>(height_em / kYNumberEm), 3, 7);
  plan.y = ticks_of(panel, 'y', y_numbers);
  plan.y_texts = tick_texts(plan.y);
  if (labelled) { plan.y_label = wrapped(panel.y.label, height_em + 2.5, 2); }
  const auto lines = static_cast<double>(plan.y_label.size());
  plan.y_label_x = cell.left + 0.6 * em;
  plan.left = cell.left + (lines * kLineEm + widest_em(plan.y_texts) + kTicEm + 0.9) * em;
  plan.right = cell.right - 1.1 * em;
  const double width_em = (plan.right - plan.left) / em;
  plan_x(panel, width_em, plan);
  plan.x_label = shortened(panel.x.label, width_em + 3);
  plan.title = shortened(panel.title, width_em + 1);
  return plan;
}

}  // namespace

Layout layout_of(const Picture& picture, const Sheet& sheet) {
  Layout layout{.sheet = sheet};
  const double em = sheet.font, edge = kEdgeEm * em;
  const bool column = sheet.size == FigureSize::column;
  layout.note = wrapped(picture.note, (sheet.width - 2 * edge) / em, kNoteLines);
  layout.legend = stacked_legend(picture, sheet);
  // Beside the panel of a slide, where it has the height; else above.
  const double room = sheet.height - (2 + kLineEm * kNoteLines) * em;
  const bool beside = !column && picture.panels.size() == 1 && layout.legend.height < room;
  if (!beside) { layout.legend = flowing_legend(picture, sheet, sheet.width - 2 * edge); }
  const size_t columns = columns_of(picture, sheet);
  const size_t rows = (picture.panels.size() + columns - 1) / columns;
  const double note = layout.note.empty() ? 0 : (0.4 + kLineEm * layout.note.size()) * em;
  const double above = beside ? 0 : layout.legend.height + 0.3 * em;
  const double aside = beside ? layout.legend.width + 1.5 * em : 0;
  const double each = (kTicEm + 2 * kLineEm + 1.2) * em + panel_height(picture, sheet);
  layout.height =
      column ? 2 * edge + note + above + each * static_cast<double>(rows) : sheet.height;
  const double top = layout.height - edge - above, bottom = edge + note;
  const double right = sheet.width - edge - aside;
  layout.legend_left = beside ? right + 1.2 * em : edge;
  layout.legend_top = layout.height - edge - (beside ? 0.5 * em : 0);
  layout.note_top = bottom - 0.3 * em;
  const double width = (right - edge) / static_cast<double>(columns);
  const double height = (top - bottom) / static_cast<double>(rows);
  for (size_t k = 0; k < picture.panels.size(); ++k) {
    const auto row = static_cast<double>(k / columns), place = static_cast<double>(k % columns);
    const Cell cell{edge + place * width, edge + (place + 1) * width, top - (row + 1) * height,
                    top - row * height};
    const bool same = k % columns > 0 && picture.panels[k].y.label == picture.panels[k - 1].y.label;
    layout.panels.push_back(planned(picture.panels[k], cell, em, !same));
  }
  return layout;
}

}  // namespace enigma::law
