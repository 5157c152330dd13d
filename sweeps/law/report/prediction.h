// The answer to "which size, how much data, what loss" for a budget; or the sentence why none.
#pragma once

#include "sweeps/law/appraisal/doubling.h"
#include "sweeps/law/appraisal/study.h"

#include <nlohmann/json.hpp>

#include <string>

namespace enigma::law {

struct Prediction {
  double target_flops = 0;
  std::optional<double> n, d;
  Interval loss;
  std::optional<double> extrapolation_factor;  ///< target / largest C used
  Verdict verdict;
  Doublings doublings;
  std::optional<double> epochs;       ///< d over the most unique data; nothing where it is unknown
  std::optional<double> epochs_most;  ///< of the rows that were fitted
  std::string repetition;  ///< a sentence where d repeats the data more than the fit has seen
};

/// `power*` on the axis C give a loss without a size, the frontier forms a loss only inside their
/// data. `rows` are all rows of the study: what the fit's subset is compared with.
Prediction predict(const Fit& fit, double flops, const std::vector<Row>& rows);

/// FLOPs of `gpus` devices of `peak_flops_per_s` during `hours` at utilisation `mfu`.
double flops_of(double gpus, double hours, double mfu, double peak_flops_per_s);

nlohmann::ordered_json to_json(const Prediction& prediction);
std::string to_text(const Prediction& prediction, double level);

}  // namespace enigma::law
