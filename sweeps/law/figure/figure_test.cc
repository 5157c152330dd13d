#include "files/atomic_file.h"
#include "sweeps/law/figure/gnuplot.h"
#include "sweeps/law/figure/loss_flops.h"
#include "sweeps/law/figure/palette.h"
#include "sweeps/law/figure/ticks.h"
#include "sweeps/law/synthetic.h"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace enigma;
using namespace enigma::law;

namespace {

LossFlops figure_of(int sizes, int budgets) {
  MappedTable mapped =
      synthetic({.sd = 0.002}, log_grid(1e6, 1e8, sizes), log_grid(1e8, 1e10, budgets));
  for (Row& row : mapped.table.rows) row.columns["baseline_loss"] = "6.5";
  FitOptions options;
  options.starts = 64;
  options.bootstrap.resamples = 100;
  return loss_flops(mapped.table, study_table(mapped, options, "", false), "loss (nats)");
}

}  // namespace

TEST_CASE("figure: its numbers hold every run, the frontier with its band and the baseline") {
  const LossFlops figure = figure_of(5, 5);
  const nlohmann::ordered_json numbers = to_json(figure);
  CHECK(numbers["ladders"].size() == 5);
  CHECK(numbers["ladders"][0]["points"].size() == 5);
  REQUIRE(numbers["frontiers"].size() == 1);
  CHECK(numbers["frontiers"][0]["curve"][0]["low"].is_number());
  CHECK(numbers["baselines"][0]["loss"] == 6.5);
  CHECK(csv_of(figure).find("\nfrontier,") != std::string::npos);
}

TEST_CASE("figure: gnuplot draws it as SVG, PNG and PDF") {
  if (std::system("command -v gnuplot > /dev/null 2>&1") != 0) {
    std::cout << "SKIP: figure: gnuplot is not installed\n";
    return;
  }
  const LossFlops figure = figure_of(3, 3);
  std::string folder = (std::filesystem::temp_directory_path() / "enigma-law-").string();
  folder += std::string(6, 'X');
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  for (const char* name : {"f.svg", "f.png", "f.pdf"}) {
    const std::filesystem::path file = std::filesystem::path(folder) / name;
    draw(script_of(figure), file);
    CHECK(std::filesystem::file_size(file) > 1000);
  }
  CHECK(read_file(std::filesystem::path(folder) / "f.svg").find("training compute (FLOPs)") !=
        std::string::npos);
  CHECK_THROWS_AS(draw("plot nonsense(", std::filesystem::path(folder) / "g.svg"), FigureError);
  CHECK_FALSE(std::filesystem::exists(std::filesystem::path(folder) / "g.svg"));
  CHECK_THROWS_AS(draw("", "figure.jpeg"), InputError);
  std::filesystem::remove_all(folder);
}

TEST_CASE("figure: sizes go from light to dark, and the ends of viridis are viridis") {
  CHECK(viridis(0) == "#440154");
  CHECK(viridis(1) == "#fde725");
  CHECK(size_color(2, 3) == "#440154");
  CHECK(size_color(0, 3) != size_color(1, 3));
}

TEST_CASE("figure: less than a decade gets round numbers, more gets decades") {
  const Ticks narrow = log_ticks(0.34, 0.36, 5);
  CHECK(narrow.major.size() >= 3);
  CHECK(narrow.major.size() <= 7);
  const Ticks wide = log_ticks(1e18, 3e22, 5);
  for (const double at : wide.major)
    CHECK(std::abs(std::log10(at) - std::round(std::log10(at))) < 1e-9);
}
