// A figure as plain data: panels with axes and series, a legend, a line of reasons. What is drawn,
// the CSV and the JSON all come from this one value, so none can say what another does not.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace enigma::law {

enum class Scale { linear, log };

/// One axis: `key` names its numbers in CSV and JSON, `label` stands beside it with its unit.
struct Axis {
  std::string key, label;
  Scale scale = Scale::log;
  std::optional<double> from, to;  ///< where the data do not decide
};

/// One place with what is known of its error; `low` and `high` are of y.
struct Datum {
  double x = 0, y = 0;
  std::optional<double> low, high, x_low, x_high;
  std::optional<double> n;  ///< size, where it is not the series' own
  std::string run;
};

/// How a series or a key of the legend looks; lengths in points of print.
struct Look {
  std::string color = "#000000";
  int mark = 0;             ///< gnuplot point type; 0: none
  double mark_pt = 3.4;     ///< diameter
  double line_pt = 0;       ///< 0: no line
  int dash = 0;             ///< 0: solid
  bool band = false;        ///< between low and high
  bool x_errors = false;    ///< bars from x_low to x_high
  bool y_errors = false;    ///< bars from low to high
  bool steps_once = false;  ///< several y of one x are several marks and one place of the line
};

/// Numbers of one kind that belong together.
struct Series {
  std::string kind;  ///< run, frontier, fit, vertex, …
  std::string size;
  std::optional<double> n;
  std::string subset;
  Look look;
  std::vector<Datum> data;
  bool told = true;  ///< false: drawn, but its numbers are another series' already
};

/// A straight line across the panel at one value of one axis.
struct Rule {
  std::string kind, subset;
  char axis = 'y';
  double value = 0;
  Look look;
};

enum class Anchor { left, centre, right };

/// Words inside a panel, at a place of its axes or (`share`) of its width and height.
struct Words {
  std::string text;
  double x = 0, y = 0;
  Anchor anchor = Anchor::left;
  bool share = false;
};

struct Panel {
  std::string name;   ///< in CSV and JSON
  std::string title;  ///< above it; may be empty
  Axis x, y;
  std::vector<Series> series;  ///< later ones lie on top
  std::vector<Rule> rules;
  std::vector<Words> words;
  nlohmann::ordered_json facts = nlohmann::ordered_json::object();  ///< numbers behind the title
};

struct Key {
  std::string text;
  Look look;
};

struct KeyBlock {
  std::string heading;
  std::vector<Key> keys;
};

/// Sizes too many for names: a bar from the smallest to the largest.
struct ColorBar {
  std::string heading;
  std::vector<std::string> colors;                      ///< small to large
  std::vector<std::pair<double, std::string>> numbers;  ///< share of the bar, text
};

struct Picture {
  std::string kind;
  std::vector<Panel> panels;
  std::optional<ColorBar> bar;
  std::vector<KeyBlock> legend;
  std::string note;  ///< one sentence under the panels: why something is not drawn
};

/// One line a number drawn: panel,kind,size,n,subset,run,X,X_low,X_high,Y,low,high, where X and Y
/// are the axes' keys (x and y where panels differ).
std::string csv_of(const Picture& picture);

/// kind, note, and for each panel its axes, facts, series with their points, and rules.
nlohmann::ordered_json to_json(const Picture& picture);

}  // namespace enigma::law
