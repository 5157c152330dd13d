// The figure of a sweep: test loss against training compute, one colour a size, one mark a subset.
#pragma once

#include "sweeps/law/study.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace enigma::law {

struct PlottedPoint {
  double flops = 0, loss = 0;
  std::string run;
};

/// One ladder as it is drawn.
struct PlottedLadder {
  double n = 0;
  std::string size;  ///< its name in the legend
  std::string subset;
  size_t size_index = 0, subset_index = 0;
  std::vector<PlottedPoint> points;
};

struct PlottedFrontier {
  std::string group;  ///< empty: over all rows
  std::vector<OptimumAt> curve;
};

struct Baseline {
  std::string subset;
  double loss = 0;
};

/// Every number that the figure shows.
struct LossFlops {
  std::vector<PlottedLadder> ladders;  ///< by size, then subset
  std::vector<std::string> sizes, subsets;
  std::vector<PlottedFrontier> frontiers;
  std::vector<Baseline> baselines;
  double level = 0.95;
  bool fitted = false;  ///< a law was fitted, whether or not its frontier is identified
  std::string x_label = "training compute (FLOPs)";
  std::string y_label;
  std::string note;  ///< why there is no frontier, where there is none
};

/// `y_label` names the loss with its unit. Rows without FLOPs are drawn at 6ND.
LossFlops loss_flops(const Table& table, const Study& study, const std::string& y_label);

/// The script for draw().
std::string script_of(const LossFlops& figure);

/// Every number drawn: kind,size,n,subset,run,flops,loss,low,high.
std::string csv_of(const LossFlops& figure);
nlohmann::ordered_json to_json(const LossFlops& figure);

}  // namespace enigma::law
