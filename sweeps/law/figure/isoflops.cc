#include "sweeps/law/figure/palette.h"
#include "sweeps/law/figure/runs.h"
#include "sweeps/law/figure/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

constexpr const char* kValleyColor = "#8a8a8a";
/// Points of the line through the vertices.
constexpr int kLinePoints = 16;
/// Budgets' names stand right of the sizes, in this share of their range.
constexpr double kRoomForNames = 0.2;
/// Names nearer than these shares of the axes' ranges would touch.
constexpr double kNameHeight = 0.08, kNameWidth = 0.2;

using Group = std::pair<std::string, const Fit*>;

const IsoFlop& valleys_of(const Group& group) {
  return *group.second->readings.isoflop;
}

std::string budget_text(double flops) {
  const int decade = static_cast<int>(std::floor(std::log10(flops) + 1e-9));
  const double mantissa = flops / std::pow(10.0, decade);
  if (std::abs(mantissa - 1) < 0.005) { return fmt::format("10^{{{}}}", decade); }
  return fmt::format("{:.2g}·10^{{{}}}", mantissa, decade);
}

void add_valleys(const Group& group, size_t index, Panel& panel) {
  for (const Valley& valley : valleys_of(group).valleys) {
    Series curve{.kind = fmt::format("valley {:.4g}", valley.flops), .subset = group.first};
    curve.look = {.color = kValleyColor, .line_pt = 0.8, .dash = valley.vertex ? 0 : 2};
    if (valley.vertex && index > 0) { curve.look.dash = 1; }
    for (const ValleyPoint& point : valley.curve) {
      curve.data.push_back({.x = point.n, .y = point.loss});
    }
    panel.series.push_back(std::move(curve));
  }
}

void add_vertices(const Group& group, size_t index, Panel& panel) {
  Series vertices{.kind = "vertex", .subset = group.first};
  vertices.look = {.color = "#c02020", .mark = open_mark(subset_mark(index)), .mark_pt = 4.6};
  vertices.look.x_errors = true;
  for (const Valley& valley : valleys_of(group).valleys) {
    if (!valley.vertex) { continue; }
    const Vertex& vertex = *valley.vertex;
    vertices.data.push_back(
        {.x = vertex.n, .y = vertex.loss, .x_low = vertex.range.low, .x_high = vertex.range.high});
  }
  panel.series.push_back(std::move(vertices));
}

nlohmann::ordered_json known(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

void add_facts(const Group& group, Panel& panel) {
  for (const Valley& valley : valleys_of(group).valleys) {
    nlohmann::ordered_json fact = {{"flops", valley.flops}, {"subset", group.first}};
    if (group.first.empty()) { fact["subset"] = nullptr; }
    fact["runs"] = valley.rows.size();
    fact["n"] = valley.vertex ? nlohmann::ordered_json(valley.vertex->n) : nullptr;
    fact["loss"] = valley.vertex ? nlohmann::ordered_json(valley.vertex->loss) : nullptr;
    fact["log_n_sd"] = valley.vertex ? known(valley.vertex->log_n_sd) : nullptr;
    fact["refused"] = nullptr;
    if (!valley.vertex) { fact["refused"] = valley.refused; }
    panel.facts["budgets"].push_back(std::move(fact));
  }
}

/// The space of a panel's data, in logs, for places as shares of it.
struct Frame {
  double x = INFINITY, y = INFINITY, width = 0, height = 0;

  explicit Frame(const Panel& panel) {
    double right = -INFINITY, top = -INFINITY;
    for (const Series& series : panel.series) {
      for (const Datum& datum : series.data) {
        x = std::min(x, std::log(datum.x));
        y = std::min(y, std::log(datum.y));
        right = std::max(right, std::log(datum.x));
        top = std::max(top, std::log(datum.y));
      }
    }
    width = std::max(right - x, 1e-9);
    height = std::max(top - y, 1e-9);
  }
  /// How far b lies right of a and above it.
  double right_of(double a, double b) const { return std::log(b / a) / width; }
  double above(double a, double b) const { return std::log(b / a) / height; }
};

/// Names of budgets at the right ends of their curves, but where they would touch a run or another.
void add_names(const Group& group, Panel& panel) {
  if (panel.y.scale == Scale::linear) { return; }
  const Frame frame(panel);
  panel.x.to = std::exp(frame.x + (1 + kRoomForNames) * frame.width);
  for (const Valley& valley : valleys_of(group).valleys) {
    if (valley.curve.empty()) { continue; }
    const ValleyPoint& end = valley.curve.back();
    const auto beside = [&](double x, double y, double least) {
      const double right = frame.right_of(end.n, x);
      return right > least && right < kNameWidth &&
             std::abs(frame.above(end.loss, y)) < kNameHeight;
    };
    bool free = std::none_of(panel.words.begin(), panel.words.end(), [&](const Words& other) {
      return beside(other.x, other.y, -kNameWidth);
    });
    for (const Series& series : panel.series) {
      for (const Datum& datum : series.data) { free = free && !beside(datum.x, datum.y, 0.005); }
    }
    if (!free) { continue; }
    const double x = end.n * std::exp(0.025 * frame.width);
    panel.words.push_back({budget_text(valley.flops), x, end.loss, Anchor::left});
  }
}

Panel valleys(const FigureInput& input, const SizeScale& scale, const std::vector<Group>& groups) {
  Panel panel{.name = "valleys", .title = "valleys, named by their FLOPs"};
  panel.x = {"n", label_of(input, 'N')};
  panel.y = loss_axis(input);
  for (size_t k = 0; k < groups.size(); ++k) { add_valleys(groups[k], k, panel); }
  std::vector<Row> rows;
  for (const Group& group : groups) {
    for (const Valley& valley : valleys_of(group).valleys) {
      for (const size_t row : valley.rows) { rows.push_back(group.second->rows[row]); }
    }
  }
  for (Series& series : run_series(
           input, scale, rows, [](const Row& row) { return row.n; },
           [](const Row& row) { return row.loss; })) {
    panel.series.push_back(std::move(series));
  }
  for (size_t k = 0; k < groups.size(); ++k) {
    add_vertices(groups[k], k, panel);
    add_facts(groups[k], panel);
  }
  add_names(groups.back(), panel);
  return panel;
}

/// The line of the vertices, over the budgets that have one.
Series line_of(const Group& group, size_t index, double from, double to) {
  Series line{.kind = "fit", .subset = group.first};
  line.look = {.color = "#000000", .line_pt = 1, .dash = subset_dash(index)};
  for (int k = 0; k < kLinePoints; ++k) {
    const double flops = from * std::pow(to / from, k / (kLinePoints - 1.0));
    line.data.push_back({.x = flops, .y = value_at(*valleys_of(group).n, flops)});
  }
  return line;
}

std::string exponent_text(const Interval& a) {
  if (!a.value) { return ""; }
  if (!a.low || !a.high) { return fmt::format("N ∝ C^a, a = {:.3f}", *a.value); }
  return fmt::format("N ∝ C^a, a = {:.3f} ({:.3f} to {:.3f})", *a.value, *a.low, *a.high);
}

Panel optima(const FigureInput& input, const std::vector<Group>& groups) {
  Panel panel{.name = "optima"};
  panel.x = {"flops",
             input.table.has('C') ? label_of(input, 'C') : "training compute, 6ND (FLOPs)"};
  panel.y = {"n", "optimal " + label_of(input, 'N')};
  for (size_t k = 0; k < groups.size(); ++k) {
    const auto& [group, fit] = groups[k];
    Series vertices{.kind = "vertex", .subset = group};
    vertices.look = {.color = "#c02020", .mark = open_mark(subset_mark(k)), .mark_pt = 4.6};
    vertices.look.y_errors = true;
    for (const Valley& valley : valleys_of(groups[k]).valleys) {
      if (!valley.vertex) { continue; }
      vertices.data.push_back({.x = valley.flops,
                               .y = valley.vertex->n,
                               .low = valley.vertex->range.low,
                               .high = valley.vertex->range.high});
    }
    if (vertices.data.empty()) { continue; }
    if (fit->verdict.code == VerdictCode::ok && valleys_of(groups[k]).n) {
      panel.series.push_back(
          line_of(groups[k], k, vertices.data.front().x, vertices.data.back().x));
      panel.title = groups.size() == 1 ? exponent_text(fit->a) : "";
    }
    panel.facts["a"].push_back(
        {{"subset", group.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(group)},
         {"value", known(fit->a.value)},
         {"low", known(fit->a.low)},
         {"high", known(fit->a.high)}});
    panel.series.push_back(std::move(vertices));
  }
  return panel;
}

/// Budgets without a vertex, and laws that are not ok, in one sentence.
std::string note_of(const std::vector<Group>& groups) {
  size_t budgets = 0, refused = 0;
  std::string why, sentence;
  for (const Group& group : groups) {
    const Verdict& verdict = group.second->verdict;
    if (verdict.code != VerdictCode::ok && sentence.empty()) {
      sentence = "No line. " + verdict.sentence;
    }
    for (const Valley& valley : valleys_of(group).valleys) {
      ++budgets;
      if (valley.vertex) { continue; }
      ++refused;
      if (why.empty()) { why = fmt::format("at {:.3g} FLOPs {}", valley.flops, valley.refused); }
    }
  }
  if (!sentence.empty()) { return sentence; }
  if (refused == 0) { return ""; }
  return fmt::format("{} of {} budgets have no vertex (dotted): {}.", refused, budgets, why);
}

}  // namespace

Picture isoflops(const FigureInput& input) {
  std::vector<Group> groups = fits_of(input);
  if (groups.empty()) { throw FitRefused(input.refused); }
  std::erase_if(groups, [](const Group& one) { return !one.second->readings.isoflop; });
  if (groups.empty()) {
    throw InputError({Diagnostic{.message = "--kind isoflop needs a form that reads valleys",
                                 .expected = "--form isoflop:parabola, :akima or :cubic",
                                 .found = input.options.form}});
  }
  const SizeScale scale = size_scale(input.table);
  Picture picture{.kind = "isoflop", .note = note_of(groups)};
  picture.panels.push_back(valleys(input, scale, groups));
  Panel found = optima(input, groups);
  if (!found.series.empty()) { picture.panels.push_back(std::move(found)); }
  add_run_legends(input, scale, false, groups.size() > 1, picture);
  Look vertex{
      .color = "#c02020", .mark = open_mark(subset_mark(0)), .mark_pt = 4.6, .line_pt = 0.7};
  KeyBlock block;
  block.keys.push_back({input.options.form.substr(input.options.form.find(':') + 1),
                        {.color = kValleyColor, .line_pt = 0.8}});
  block.keys.push_back({"vertex, " + percent_text(input.options.level) + " interval", vertex});
  picture.legend.push_back(std::move(block));
  return picture;
}

}  // namespace enigma::law
