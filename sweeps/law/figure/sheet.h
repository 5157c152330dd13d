// The paper a figure is drawn on: its width, its type, and what gnuplot's terminals call a point.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::law {

enum class FigureFormat { svg, pdf, png };

/// By the file's ending. Throws InputError for any other.
FigureFormat format_of(const std::filesystem::path& file);

enum class FigureSize { column, slide };
std::vector<std::string> figure_size_names();
/// Throws InputError for an unknown name.
FigureSize figure_size_of(std::string_view name);

/// Lengths in points of print (1/72 in).
struct Sheet {
  FigureSize size = FigureSize::column;
  double width = 0;
  double height = 0;  ///< 0: as high as the panels need
  double font = 7;
  double panel_height = 0;
  double scale = 1;  ///< of lines and marks
};

/// A column of print (85 mm, height as needed), or a slide of 16:9.
Sheet sheet_of(FigureSize size);

/// Width of a line of text in DejaVu Sans, in units of the font's size; `{}` and `^` of gnuplot's
/// enhanced text count nothing.
double width_em(std::string_view text);

/// Lines of at most `limit_em` each, broken at spaces; at most `most`, the last ending in … where
/// words are left over. A word that is too long is cut.
std::vector<std::string> wrapped(const std::string& text, double limit_em, size_t most);

/// The text, or as much of it as fits with … at its end.
std::string shortened(const std::string& text, double limit_em);

/// What one terminal calls a length: terminals disagree on all of it.
struct Pen {
  FigureFormat format = FigureFormat::svg;
  double font = 7;
  double pixels = 1;  ///< of a PNG, for each point
  double scale = 1;   ///< of dashes

  double line(double pt) const;                      ///< lw
  double mark(double diameter_pt) const;             ///< ps
  double tic(double pt) const;                       ///< scale of `set tics`
  std::string dash(int kind, double line_pt) const;  ///< dt
};
Pen pen_of(FigureFormat format, const Sheet& sheet);

/// `set terminal …` for a sheet of that height.
std::string terminal_of(FigureFormat format, const Sheet& sheet, double height_pt);

}  // namespace enigma::law
