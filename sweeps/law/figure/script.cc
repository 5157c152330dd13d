#include "sweeps/law/figure/script.h"

#include <fmt/format.h>

#include <cmath>

namespace enigma::law {

namespace {

constexpr double kAxisPt = 0.5, kGridPt = 0.35, kTicPt = 2.2, kErrorPt = 0.7, kHaloPt = 0.9;
constexpr const char* kGridColor = "#e4e4e4";
constexpr const char* kInk = "#222222";

/// Bytes of the UTF-8 character at `at`, 0 where there is none.
size_t character_at(const std::string& text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const size_t bytes = byte < 0x80 ? 1 : byte < 0xC2 ? 0 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  if (bytes == 0 || byte > 0xF4 || at + bytes > text.size()) { return 0; }
  for (size_t k = 1; k < bytes; ++k) {
    if ((static_cast<unsigned char>(text[at + k]) & 0xC0) != 0x80) { return 0; }
  }
  return bytes;
}

/// gnuplot's single quotes: no escapes, a quote is doubled. Control characters are left out and
/// bytes that are no text replaced: an SVG with them would be no XML.
std::string quoted(const std::string& text) {
  std::string inside;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_at(text, at);
    if (bytes == 0) {
      inside += '?';
    } else if (bytes > 1 || static_cast<unsigned char>(text[at]) >= 0x20) {
      inside += text.substr(at, bytes);
      if (text[at] == '\'') { inside += '\''; }
    }
    at += bytes == 0 ? 1 : bytes;
  }
  return "'" + inside + "'";
}

const char* name_of(Anchor anchor) {
  if (anchor == Anchor::centre) { return "center"; }
  return anchor == Anchor::left ? "left" : "right";
}

/// The script as it grows, with what every part of it needs.
struct Writer {
  const Layout& layout;
  Pen pen;
  std::string text;

  std::string screen(double x, double y) const {
    return fmt::format("screen {:.6f},{:.6f}", x / layout.sheet.width, y / layout.height);
  }
  std::string line(const Look& look, double pt) const {
    return fmt::format("lc rgb '{}' lw {:.3g} dt {}", look.color, pen.line(pt * layout.sheet.scale),
                       pen.dash(look.dash, pt * layout.sheet.scale));
  }
  std::string mark(const Look& look, double wider_pt) const {
    return fmt::format("pt {} ps {:.4g} lw {:.3g}", look.mark,
                       pen.mark((look.mark_pt + wider_pt) * layout.sheet.scale),
                       pen.line(0.7 * layout.sheet.scale));
  }
  void words(const std::string& what, double x, double y, const std::string& how) {
    text += fmt::format("set label {} at {} {} noenhanced tc rgb '{}' front\n", quoted(what),
                        screen(x, y), how, kInk);
  }
};

void write_key(Writer& out, const PlacedKey& key) {
  const double em = out.layout.sheet.font, length = kSwatchEm * em;
  const double x = out.layout.legend_left + key.x, y = out.layout.legend_top - key.y;
  if (key.look.band) {
    out.text += fmt::format(
        "set object rectangle from {} to {} fc rgb '{}' fs transparent solid 0.3 noborder\n",
        out.screen(x, y - 0.35 * em), out.screen(x + length, y + 0.35 * em), key.look.color);
  }
  if (key.look.line_pt > 0) {
    out.text += fmt::format("set arrow from {} to {} nohead {} front\n", out.screen(x, y),
                            out.screen(x + length, y), out.line(key.look, key.look.line_pt));
  }
  if (key.look.mark > 0) {
    out.text += fmt::format("set label '' at {} point {} lc rgb '{}' front\n",
                            out.screen(x + length / 2, y), out.mark(key.look, 0), key.look.color);
  }
}

void write_bar(Writer& out, const PlacedBar& bar, const ColorBar& of) {
  const std::vector<std::string>& colors = of.colors;
  const double left = out.layout.legend_left + bar.x, top = out.layout.legend_top - bar.y;
  const auto count = static_cast<double>(colors.size());
  for (size_t k = 0; k < colors.size(); ++k) {
    // Each color reaches to the end of the bar, under the next one: no seams between neighbours.
    const double share = static_cast<double>(k) / count;
    const double x = bar.upright ? left : left + share * bar.width;
    const double y = bar.upright ? top - bar.height + share * bar.height : top - bar.height;
    out.text += fmt::format("set object rectangle from {} to {} fc rgb '{}' fs solid noborder\n",
                            out.screen(x, y), out.screen(left + bar.width, top), colors[k]);
  }
}

void write_legend(Writer& out, const Picture& picture) {
  const LegendPlan& legend = out.layout.legend;
  if (legend.bar && picture.bar) { write_bar(out, *legend.bar, *picture.bar); }
  for (const PlacedKey& key : legend.keys) { write_key(out, key); }
  for (const PlacedText& text : legend.texts) {
    out.words(text.text, out.layout.legend_left + text.x, out.layout.legend_top - text.y,
              name_of(text.anchor));
  }
  const double em = out.layout.sheet.font;
  for (size_t k = 0; k < out.layout.note.size(); ++k) {
    const double y = out.layout.note_top - (0.6 + 1.25 * static_cast<double>(k)) * em;
    out.words(out.layout.note[k], 0.6 * em, y, "left");
  }
}

void write_axis(Writer& out, const Ticks& ticks,
                const std::vector<std::pair<double, std::string>>& texts, char axis) {
  out.text += fmt::format("{} logscale {}\n", ticks.scale == Scale::log ? "set" : "unset", axis);
  out.text +=
      fmt::format("set {}range [{:.17g}:{:.17g}]\nset {}tics (", axis, ticks.from, ticks.to, axis);
  bool first = true;
  const auto add = [&](const std::string& text, double at, int level) {
    out.text += fmt::format("{}{} {:.17g} {}", first ? "" : ", ", quoted(text), at, level);
    first = false;
  };
  for (const auto& [at, text] : texts) { add(text, at, 0); }
  for (const double at : ticks.minor) { add("", at, 1); }
  out.text += ")\n";
}

void write_frame(Writer& out, const Panel& panel, const PanelPlan& plan) {
  const Layout& layout = out.layout;
  const double em = layout.sheet.font;
  out.text += fmt::format(
      "set lmargin at screen {:.6f}\nset rmargin at screen {:.6f}\n"
      "set bmargin at screen {:.6f}\nset tmargin at screen {:.6f}\n",
      plan.left / layout.sheet.width, plan.right / layout.sheet.width, plan.bottom / layout.height,
      plan.top / layout.height);
  write_axis(out, plan.x, plan.x_texts, 'x');
  write_axis(out, plan.y, plan.y_texts, 'y');
  out.words(plan.x_label, (plan.left + plan.right) / 2, plan.x_label_y, "center");
  for (size_t k = 0; k < plan.y_label.size(); ++k) {
    out.words(plan.y_label[k], plan.y_label_x + 1.25 * em * static_cast<double>(k),
              (plan.bottom + plan.top) / 2, "center rotate by 90");
  }
  if (!plan.title.empty()) { out.words(plan.title, plan.left, plan.top + 0.75 * em, "left"); }
  for (const Words& words : panel.words) {
    const char* const frame = words.share ? "graph" : "first";
    out.text += fmt::format("set label {} at {} {:.9g},{} {:.9g} {} tc rgb '{}' front\n",
                            quoted(words.text), frame, words.x, frame, words.y,
                            name_of(words.anchor), kInk);
  }
  for (const Rule& rule : panel.rules) {
    const std::string from = rule.axis == 'y' ? fmt::format("graph 0,first {:.17g}", rule.value)
                                              : fmt::format("first {:.17g},graph 0", rule.value);
    const std::string to = rule.axis == 'y' ? fmt::format("graph 1,first {:.17g}", rule.value)
                                            : fmt::format("first {:.17g},graph 1", rule.value);
    out.text += fmt::format("set arrow from {} to {} nohead {} back\n", from, to,
                            out.line(rule.look, rule.look.line_pt));
  }
}

void write_data(Writer& out, const Series& series, size_t number) {
  out.text += fmt::format("$data{} << EOD\n", number);
  for (const Datum& datum : series.data) {
    out.text += fmt::format("{:.12g} {:.12g} {:.12g} {:.12g} {:.12g} {:.12g}\n", datum.x, datum.y,
                            datum.low.value_or(NAN), datum.high.value_or(NAN),
                            datum.x_low.value_or(NAN), datum.x_high.value_or(NAN));
  }
  out.text += "EOD\n";
}

/// The parts of the plot command that draw one series, the lowest first.
void add_parts(const Writer& out, const Series& series, size_t number,
               std::vector<std::string>& parts) {
  const Look& look = series.look;
  const auto add = [&](const std::string& part) {
    parts.push_back(fmt::format("$data{} {} notitle", number, part));
  };
  if (look.band) {
    add(fmt::format("using 1:3:4 with filledcurves fc rgb '{}' fs transparent solid 0.3 noborder",
                    look.color));
  }
  if (look.line_pt > 0) {
    add(fmt::format("using 1:2 {}with lines {}", look.steps_once ? "smooth unique " : "",
                    out.line(look, look.line_pt)));
  }
  const std::string error = out.line({.color = look.color}, kErrorPt);
  if (look.x_errors) { add("using 5:2:($6-$5):(0) with vectors nohead " + error); }
  if (look.y_errors) { add("using 1:3:(0):($4-$3) with vectors nohead " + error); }
  if (look.mark == 0) { return; }
  add(fmt::format("using 1:2 with points {} lc rgb '#ffffff'", out.mark(look, kHaloPt)));
  add(fmt::format("using 1:2 with points {} lc rgb '{}'", out.mark(look, 0), look.color));
}

void write_panel(Writer& out, const Panel& panel, const PanelPlan& plan) {
  write_frame(out, panel, plan);
  std::vector<std::string> parts;
  for (size_t k = 0; k < panel.series.size(); ++k) {
    if (panel.series[k].data.empty()) { continue; }
    write_data(out, panel.series[k], k);
    add_parts(out, panel.series[k], k, parts);
  }
  if (parts.empty()) { parts.push_back("NaN notitle"); }
  out.text += "plot ";
  for (size_t k = 0; k < parts.size(); ++k) { out.text += (k > 0 ? ", \\\n  " : "") + parts[k]; }
  out.text += "\nunset label\nunset arrow\nunset object\n";
}

}  // namespace

std::string script_of(const Picture& picture, FigureFormat format, FigureSize size) {
  const Layout layout = layout_of(picture, sheet_of(size));
  Writer out{layout, pen_of(format, layout.sheet), ""};
  const double scale = layout.sheet.scale;
  out.text = "set encoding utf8\nunset key\nset samples 2\n";
  out.text +=
      fmt::format("set border 3 lw {:.3g} lc rgb '{}'\n", out.pen.line(kAxisPt * scale), kInk);
  out.text += fmt::format("set tics out nomirror scale {:.3g},{:.3g} tc rgb '{}'\n",
                          out.pen.tic(kTicPt * scale), out.pen.tic(kTicPt * scale / 2), kInk);
  out.text +=
      fmt::format("set grid xtics ytics back lt 1 lc rgb '{}' lw {:.3g}\nset xtics offset 0,0.3\n",
                  kGridColor, out.pen.line(kGridPt * scale));
  out.text += "set multiplot\n";
  write_legend(out, picture);
  for (size_t k = 0; k < picture.panels.size(); ++k) {
    write_panel(out, picture.panels[k], layout.panels[k]);
  }
  out.text += "unset multiplot\nunset output\n";
  return terminal_of(format, layout.sheet, layout.height) + "set output ARG1\n" + out.text;
}

}  // namespace enigma::law
