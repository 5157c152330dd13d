#include "sweeps/law/figure/script.h"

#include "diagnostics/diagnostic.h"
#include "sweeps/law/figure/gnuplot.h"
#include "sweeps/law/figure/ticks.h"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <sstream>

using namespace enigma::law;

namespace {

bool has_gnuplot(const char* test) {
  if (std::system("command -v gnuplot > /dev/null 2>&1") == 0) { return true; }
  std::cout << "SKIP: " << test << ": gnuplot is not installed\n";
  return false;
}

/// Every sort of mark, names that no format likes, a bar and a note.
Picture picture_of_everything(size_t panels) {
  Picture picture{.kind = "test",
                  .note = "a reason <with> \"marks\" & 'quotes' \x01 and \xff bytes"};
  for (size_t k = 0; k < panels; ++k) {
    Panel panel{.name = "p",
                .title = "title_with & <all>",
                .x = {"x", "size (units)"},
                .y = {"y", "a long label of the loss in nats per neuron and sample"}};
    Series series{.kind = "run", .subset = "it's <odd> & \xfe"};
    series.look = {.color = "#440154",
                   .mark = 7,
                   .line_pt = 1,
                   .dash = 1,
                   .band = true,
                   .x_errors = true,
                   .y_errors = true};
    for (int i = 1; i < 5; ++i) {
      series.data.push_back({.x = i * std::pow(10, k),
                             .y = 3.0 / i,
                             .low = 2.8 / i,
                             .high = 3.1 / i,
                             .x_low = 0.9 * i,
                             .x_high = 1.1 * i});
    }
    panel.series.push_back(series);
    panel.rules.push_back({"zero", "", 'y', 1, {.line_pt = 1}});
    panel.words.push_back({"10^{19}", 0.5, 0.5, Anchor::centre, true});
    picture.panels.push_back(panel);
  }
  picture.legend.push_back({"recordings", {{"it's <odd> & \xfe", {.mark = 7, .line_pt = 1}}}});
  picture.bar = ColorBar{"parameters", {"#aaaaaa", "#222222"}, {{0.5, "1 M"}}};
  return picture;
}

}  // namespace

TEST_CASE("script: gnuplot draws every sort of mark as SVG that is XML, as PNG and as PDF") {
  if (!has_gnuplot("script")) { return; }
  for (const FigureSize size : {FigureSize::column, FigureSize::slide}) {
    const Picture picture = picture_of_everything(3);
    std::istringstream svg(drawn(script_of(picture, FigureFormat::svg, size)));
    boost::property_tree::ptree tree;
    CHECK_NOTHROW(boost::property_tree::read_xml(svg, tree));
    CHECK(tree.count("svg") == 1);
    CHECK(svg.str().find("&lt;odd> &amp; ?") != std::string::npos);
    CHECK(drawn(script_of(picture, FigureFormat::png, size)).starts_with("\x89PNG"));
    const std::string pdf = drawn(script_of(picture, FigureFormat::pdf, size));
    CHECK(pdf.starts_with("%PDF"));
    CHECK(pdf.find("/FontFile") != std::string::npos);  // embedded, not named
  }
}

TEST_CASE("script: what gnuplot cannot draw is an error with its words") {
  if (!has_gnuplot("script")) { return; }
  CHECK_THROWS_AS(drawn("plot nonsense("), FigureError);
  CHECK_THROWS_AS(drawn("set output ARG1\npause 60\n", 50), FigureError);
  CHECK_THROWS_AS(format_of("figure.jpeg"), enigma::InputError);
  CHECK_THROWS_AS(figure_size_of("poster"), enigma::InputError);
}

TEST_CASE("script: panels stay on the sheet and off each other, their numbers too") {
  for (const FigureSize size : {FigureSize::column, FigureSize::slide}) {
    for (size_t count = 1; count <= 8; ++count) {
      const Layout layout = layout_of(picture_of_everything(count), sheet_of(size));
      for (size_t k = 0; k < count; ++k) {
        const PanelPlan& panel = layout.panels[k];
        CHECK(panel.left > 0);
        CHECK(panel.right < layout.sheet.width);
        CHECK(panel.bottom > 0);
        CHECK(panel.top < layout.height);
        CHECK(panel.right - panel.left > 6 * layout.sheet.font);
        CHECK(panel.top - panel.bottom > 4 * layout.sheet.font);
        CHECK(panel.x_texts.size() >= 2);
        CHECK(panel.y_texts.size() >= 2);
        for (size_t other = 0; other < k; ++other) {
          const PanelPlan& before = layout.panels[other];
          CHECK((panel.left >= before.right || panel.top <= before.bottom));
        }
      }
    }
  }
}

TEST_CASE("script: long words are cut at characters, long sentences broken at spaces") {
  CHECK(shortened("abc", 10) == "abc");
  const std::string cut = shortened("ααααααααααααααα", 5);
  CHECK(cut.ends_with("…"));
  CHECK(width_em(cut) <= 5);
  const auto lines = wrapped("one two three four five six seven eight nine ten", 8, 2);
  CHECK(lines.size() == 2);
  CHECK(lines.back().ends_with("…"));
  for (const std::string& line : lines) { CHECK(width_em(line) <= 8.01); }
}

TEST_CASE("script: less than a decade gets round numbers, more gets decades") {
  const Ticks narrow = log_ticks(0.34, 0.36, 5);
  CHECK(narrow.major.size() >= 3);
  CHECK(narrow.major.size() <= 6);
  const Ticks wide = log_ticks(1e18, 3e22, 5);
  for (const double at : wide.major) {
    CHECK(std::abs(std::log10(at) - std::round(std::log10(at))) < 1e-9);
  }
  CHECK(wide.major.size() == 5);
  CHECK(log_ticks(1e-3, 1e30, 6).major.size() <= 6);
}

TEST_CASE("script: at least two numbers stand at every axis") {
  for (double ratio = 1.0001; ratio < 1e12; ratio *= 1.7) {
    for (double low = 1e-6; low < 1e20; low *= 37) {
      const Ticks ticks = log_ticks(low, low * ratio, 4);
      INFO(low << " " << ratio);
      CHECK(ticks.major.size() >= 2);
      CHECK(ticks.major.size() <= 8);
      CHECK(ticks.major.front() >= ticks.from);
      CHECK(ticks.major.back() <= ticks.to);
    }
  }
}

TEST_CASE("script: one axis speaks one language") {
  const auto texts = [](double low, double high) {
    std::vector<std::string> all;
    for (const auto& [at, text] : tick_texts(log_ticks(low, high, 7))) { all.push_back(text); }
    return all;
  };
  CHECK(texts(10, 1000) == std::vector<std::string>{"10", "100", "1000"});
  CHECK(texts(1e3, 1e5) == std::vector<std::string>{"10^{3}", "10^{4}", "10^{5}"});
  CHECK(texts(1e-200, 1e200).size() >= 3);
  for (const std::string& text : texts(1e-200, 1e200)) { CHECK(text != "0"); }
  CHECK(tick_texts(linear_ticks(-0.1, 0.1, 5))[2].second == "0");
  CHECK(tick_texts(linear_ticks(-0.1, 0.1, 5))[0].second == "−0.10");
}
