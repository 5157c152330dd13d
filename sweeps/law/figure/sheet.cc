#include "sweeps/law/figure/sheet.h"

#include "diagnostics/diagnostic.h"
#include "diagnostics/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace enigma::law {

namespace {

constexpr double kColumnPt = 85 / 25.4 * 72;
/// Pixels of a PNG for each point: 360 a printed inch, and 1,920 across a slide.
constexpr double kColumnPixels = 5, kSlidePixels = 2;
/// The cairo terminals set type a third larger than they are told.
constexpr double kCairoFont = 0.75;

double pixels_of(const Sheet& sheet) {
  return sheet.size == FigureSize::column ? kColumnPixels : kSlidePixels;
}

/// Dashes in points: on, off, …; solid is empty.
const std::array<std::vector<double>, 4> kDashes = {
    {{}, {3.4, 1.6}, {1.1, 1.3}, {4.2, 1.2, 1.1, 1.2}}};

double em_of(unsigned char byte) {
  constexpr std::string_view kNarrow = "iljI|.,:;'!", kWide = "mwMW@%", kThin = "ftr()[]/ -";
  if (byte == '{' || byte == '}' || byte == '^' || (byte & 0xC0) == 0x80) { return 0; }
  const char letter = static_cast<char>(byte);
  if (kNarrow.find(letter) != std::string_view::npos) { return 0.32; }
  if (kThin.find(letter) != std::string_view::npos) { return 0.4; }
  if (kWide.find(letter) != std::string_view::npos) { return 0.95; }
  return letter >= 'A' && letter <= 'Z' ? 0.7 : 0.62;
}

}  // namespace

FigureFormat format_of(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".svg") { return FigureFormat::svg; }
  if (ending == ".pdf") { return FigureFormat::pdf; }
  if (ending == ".png") { return FigureFormat::png; }
  static const std::vector<std::string> known = {".svg", ".pdf", ".png"};
  const auto near = nearest_name(ending, known);
  throw InputError({{.message = "--out: the ending names no kind of figure",
                     .expected = ".svg, .pdf or .png",
                     .found = file.string(),
                     .suggestion = near ? "did you mean '" + *near + "'?" : ""}});
}

std::vector<std::string> figure_size_names() {
  return {"column", "slide"};
}

FigureSize figure_size_of(std::string_view name) {
  if (name == "column") { return FigureSize::column; }
  if (name == "slide") { return FigureSize::slide; }
  throw InputError({{.message = "--size: there is no such size",
                     .expected = "column (85 mm) or slide (16:9)",
                     .found = std::string(name),
                     .suggestion = suggest_name(name, figure_size_names())}});
}

Sheet sheet_of(FigureSize size) {
  if (size == FigureSize::column) {
    return {.size = size, .width = kColumnPt, .font = 7, .panel_height = 140, .scale = 1};
  }
  return {.size = size, .width = 960, .height = 540, .font = 16, .scale = 2.2};
}

double width_em(std::string_view text) {
  double width = 0;
  for (const char byte : text) { width += em_of(static_cast<unsigned char>(byte)); }
  return width;
}

std::string shortened(const std::string& text, double limit_em) {
  if (width_em(text) <= limit_em) { return text; }
  size_t end = text.size();
  while (end > 0 && width_em(text.substr(0, end)) + 1 > limit_em) {
    do { --end; } while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80);
  }
  while (end > 0 && text[end - 1] == ' ') { --end; }
  return text.substr(0, end) + "…";
}

std::vector<std::string> wrapped(const std::string& text, double limit_em, size_t most) {
  std::istringstream words(text);
  std::vector<std::string> lines;
  for (std::string word; words >> word;) {
    const bool joins = !lines.empty() && width_em(lines.back()) + width_em(word) + 0.4 <= limit_em;
    if (joins) {
      lines.back() += " " + word;
    } else if (lines.size() < most) {
      lines.push_back(shortened(word, limit_em));
    } else {
      std::string rest;
      std::getline(words, rest);
      lines.back() = shortened(lines.back() + " " + word + rest, limit_em);
      break;
    }
  }
  return lines;
}

double Pen::line(double pt) const {
  switch (format) {
    case FigureFormat::pdf:
      return 2 * pt;
    case FigureFormat::png:
      return pixels * pt;
    case FigureFormat::svg:
      break;
  }
  return pt;
}

double Pen::mark(double diameter_pt) const {
  switch (format) {
    case FigureFormat::pdf:
      return diameter_pt / 6.18;
    case FigureFormat::png:
      return diameter_pt * pixels / 6.25;
    case FigureFormat::svg:
      break;
  }
  return diameter_pt / (0.75 * font);
}

double Pen::tic(double pt) const {
  return pt / (font * (format == FigureFormat::svg ? 0.75 : 0.47));
}

std::string Pen::dash(int kind, double line_pt) const {
  const std::vector<double>& lengths = kDashes[static_cast<size_t>(kind) % kDashes.size()];
  if (lengths.empty()) { return "1"; }
  double unit = 0.5 * line_pt;
  if (format == FigureFormat::pdf) { unit = 0.275 * std::max(1.0, line_pt); }
  if (format == FigureFormat::png) { unit = 0.55 * std::max(1.0, line_pt * pixels / 2) / pixels; }
  std::string text;
  for (const double length : lengths) {
    text += fmt::format("{}{:.3g}", text.empty() ? "(" : ",", scale * length / unit);
  }
  return text + ")";
}

Pen pen_of(FigureFormat format, const Sheet& sheet) {
  return {format, sheet.font, pixels_of(sheet), sheet.scale};
}

std::string terminal_of(FigureFormat format, const Sheet& sheet, double height_pt) {
  const double pixels = pixels_of(sheet);
  switch (format) {
    case FigureFormat::svg:
      return fmt::format(
          "set terminal svg size {:.0f},{:.0f} dynamic font 'DejaVu Sans,{:g}' "
          "background '#ffffff'\n",
          sheet.width, height_pt, sheet.font);
    case FigureFormat::pdf:
      return fmt::format(
          "set terminal pdfcairo size {:.5f}in,{:.5f}in fontscale 1 font 'DejaVu Sans,{:g}'\n",
          sheet.width / 72, height_pt / 72, sheet.font * kCairoFont);
    case FigureFormat::png:
      break;
  }
  return fmt::format("set terminal pngcairo size {:.0f},{:.0f} font 'DejaVu Sans,{:g}'\n",
                     sheet.width * pixels, height_pt * pixels, sheet.font * pixels * kCairoFont);
}

}  // namespace enigma::law
