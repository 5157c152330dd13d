#include "sweeps/law/figure/loss_flops.h"
#include "sweeps/law/figure/palette.h"
#include "sweeps/law/figure/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace enigma::law {

namespace {

/// With more sizes than this the legend names a few of them.
constexpr size_t kSizesNamed = 8;
/// With more sizes than this ladders are a thicket: marks alone are drawn, and smaller.
constexpr size_t kSizesJoined = 12;
constexpr double kSmallMark = 0.55;
/// Dashes of subsets, which tell their ladders apart where they cross.
constexpr std::array<const char*, 4> kDashes = {"1", "(12,5)", "(4,4)", "(14,4,3,4)"};

/// gnuplot's single quotes: no escapes, a quote is doubled; enhanced text is switched off by the
/// caller where names are shown, so that an underscore stays one.
std::string quoted(const std::string& text) {
  std::string inside;
  for (const char byte : text) {
    if (byte == '\n' || byte == '\r') continue;
    inside += byte;
    if (byte == '\'') inside += '\'';
  }
  return "'" + inside + "'";
}

struct Range {
  double low = INFINITY, high = 0;
  void take(double value) {
    if (!std::isfinite(value) || value <= 0) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

/// A baseline far above the curves would press them flat; it is then left to the numbers.
bool is_near(const Baseline& baseline, const Range& losses) {
  const double above = std::log(baseline.loss / losses.high);
  return above < std::max(std::log(losses.high / losses.low), 0.02);
}

struct Ranges {
  Range flops, losses;
};

Ranges ranges_of(const LossFlops& figure) {
  Ranges ranges;
  for (const PlottedLadder& ladder : figure.ladders) {
    for (const PlottedPoint& point : ladder.points) {
      ranges.flops.take(point.flops);
      ranges.losses.take(point.loss);
    }
  }
  const Range data = ranges.losses;
  for (const PlottedFrontier& frontier : figure.frontiers) {
    for (const OptimumAt& at : frontier.curve) {
      ranges.flops.take(at.flops);
      ranges.losses.take(at.place.loss);
      ranges.losses.take(at.low.value_or(NAN));
      ranges.losses.take(at.high.value_or(NAN));
    }
  }
  for (const Baseline& baseline : figure.baselines) {
    if (is_near(baseline, data)) ranges.losses.take(baseline.loss);
  }
  return ranges;
}

/// Named blocks of numbers, which the plot command then refers to.
std::string data_blocks(const LossFlops& figure) {
  std::string text;
  for (size_t k = 0; k < figure.frontiers.size(); ++k) {
    text += fmt::format("$frontier{} << EOD\n", k);
    for (const OptimumAt& at : figure.frontiers[k].curve) {
      text += fmt::format("{:.9g} {:.9g} {:.9g} {:.9g}\n", at.flops, at.place.loss,
                          at.low.value_or(NAN), at.high.value_or(NAN));
    }
    text += "EOD\n";
  }
  for (size_t k = 0; k < figure.ladders.size(); ++k) {
    text += fmt::format("$ladder{} << EOD\n", k);
    for (const PlottedPoint& point : figure.ladders[k].points) {
      text += fmt::format("{:.9g} {:.9g}\n", point.flops, point.loss);
    }
    text += "EOD\n";
  }
  return text;
}

void add_ladders(const LossFlops& figure, std::vector<std::string>& parts) {
  const bool joined = figure.sizes.size() <= kSizesJoined;
  for (size_t k = 0; k < figure.ladders.size(); ++k) {
    const PlottedLadder& ladder = figure.ladders[k];
    const std::string color = size_color(ladder.size_index, figure.sizes.size());
    // `unique`: seeds of one budget are several marks and one place of the line, their mean.
    if (joined) {
      parts.push_back(
          fmt::format("$ladder{} smooth unique with lines lc rgb '{}' lw 1.1 dt {} "
                      "notitle",
                      k, color, kDashes[ladder.subset_index % kDashes.size()]));
    }
    parts.push_back(
        fmt::format("$ladder{} using 1:2 with points pt {} ps {:g}*mark lc rgb '{}' notitle", k,
                    subset_mark(ladder.subset_index), joined ? 1.0 : kSmallMark, color));
  }
}

void add_bands(const LossFlops& figure, std::vector<std::string>& parts) {
  for (size_t k = 0; k < figure.frontiers.size(); ++k) {
    parts.push_back(
        fmt::format("$frontier{} using 1:3:4 with filledcurves fc rgb '#777777' "
                    "fs transparent solid 0.35 noborder notitle",
                    k));
  }
}

/// After the marks: where there are hundreds of them the frontier must stay visible.
void add_frontiers(const LossFlops& figure, std::vector<std::string>& parts) {
  for (size_t k = 0; k < figure.frontiers.size(); ++k) {
    parts.push_back(
        fmt::format("$frontier{} using 1:2 with lines lc rgb '#000000' lw 1.2 dt {} notitle", k,
                    kDashes[k % kDashes.size()]));
  }
}

void add_heading(const std::string& text, std::vector<std::string>& parts) {
  // A line of nothing sets the sections of the legend apart.
  if (std::any_of(parts.begin(), parts.end(),
                  [](const std::string& part) { return part.starts_with("keyentry"); })) {
    parts.push_back("keyentry with lines lc rgb '#ffffff' title ' '");
  }
  if (text.empty()) return;
  parts.push_back("keyentry with lines lc rgb '#ffffff' title " + quoted(text));
}

void add_size_keys(const LossFlops& figure, std::vector<std::string>& parts) {
  add_heading("parameters", parts);
  const size_t count = figure.sizes.size();
  const size_t shown = std::min(count, kSizesNamed);
  for (size_t k = 0; k < shown; ++k) {
    const size_t size = shown < 2 ? 0 : count - 1 - k * (count - 1) / (shown - 1);
    parts.push_back(fmt::format("keyentry with lines lc rgb '{}' lw 2.2 title {}",
                                size_color(size, count), quoted(figure.sizes[size])));
  }
}

void add_other_keys(const LossFlops& figure, std::vector<std::string>& parts) {
  const bool named = figure.subsets.size() > 1 || !figure.subsets.front().empty();
  if (named) add_heading("recordings", parts);
  for (size_t k = 0; named && k < figure.subsets.size(); ++k) {
    parts.push_back(
        fmt::format("keyentry with linespoints pt {} ps mark lc rgb '#555555' dt {} "
                    "title {}",
                    subset_mark(k), kDashes[k % kDashes.size()], quoted(figure.subsets[k])));
  }
  add_heading("", parts);
  if (figure.frontiers.empty()) {
    parts.push_back("keyentry with lines lc rgb '#ffffff' title 'frontier: ' . " +
                    quoted(figure.fitted ? "not identified" : "not fitted"));
  }
  for (size_t k = 0; k < figure.frontiers.size(); ++k) {
    const std::string& group = figure.frontiers[k].group;
    parts.push_back(fmt::format("keyentry with lines lc rgb '#000000' lw 1.2 dt {} title {}",
                                kDashes[k % kDashes.size()],
                                quoted(group.empty() ? "frontier" : "frontier, " + group)));
  }
  if (!figure.frontiers.empty()) {
    parts.push_back(
        fmt::format("keyentry with boxes fc rgb '#777777' fs transparent solid 0.35 "
                    "noborder title {}",
                    quoted(fmt::format("{:g} % interval", figure.level * 100))));
  }
}

void add_baselines(const LossFlops& figure, const Range& losses, std::vector<std::string>& parts) {
  const bool several = figure.baselines.size() > 1;
  for (const Baseline& baseline : figure.baselines) {
    const std::string title = several ? "mean rate, " + baseline.subset : "mean rate";
    if (!is_near(baseline, losses)) {
      const std::string above = fmt::format("{} {:.4g} ↑", title, baseline.loss);
      parts.push_back("keyentry with lines lc rgb '#777777' lw 0.8 dt (10,7) title " +
                      quoted(above));
      continue;
    }
    parts.push_back(fmt::format("{:.9g} with lines lc rgb '#777777' lw 0.8 dt (10,7) title {}",
                                baseline.loss, quoted(title)));
  }
}

}  // namespace

std::string script_of(const LossFlops& figure) {
  const Ranges ranges = ranges_of(figure);
  Range data;
  for (const PlottedLadder& ladder : figure.ladders) {
    for (const PlottedPoint& point : ladder.points) data.take(point.loss);
  }
  std::string text =
      "set encoding utf8\n"
      "set logscale xy\n"
      "set border 3 lw 0.7 lc rgb '#333333'\n"
      "set tics out nomirror scale 0.7,0.35\n"
      "set key outside right top vertical Left reverse noenhanced samplen 1.9 spacing 1.05\n";
  text += "set xlabel " + quoted(figure.x_label) + " noenhanced\n";
  text += "set ylabel " + quoted(figure.y_label) + " noenhanced\n";
  text += tick_command(log_ticks(ranges.flops.low, ranges.flops.high, 5), 'x');
  text += tick_command(log_ticks(ranges.losses.low, ranges.losses.high, 5), 'y');
  text += data_blocks(figure);
  std::vector<std::string> parts;
  add_bands(figure, parts);
  add_ladders(figure, parts);
  add_frontiers(figure, parts);
  add_size_keys(figure, parts);
  add_other_keys(figure, parts);
  add_baselines(figure, data, parts);
  text += "plot ";
  for (size_t k = 0; k < parts.size(); ++k) text += (k > 0 ? ", \\\n  " : "") + parts[k];
  return text + "\n";
}

}  // namespace enigma::law
