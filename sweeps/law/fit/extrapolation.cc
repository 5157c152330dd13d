#include "sweeps/law/fit/extrapolation.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

double compute_of(const Row& row, const std::vector<char>& axes) {
  if (std::isfinite(row.c) && row.c > 0) { return row.c; }
  if (axes.size() > 1) { return 6 * row.n * row.d; }
  return axis_value(row, axes.front());
}

std::optional<double> natural_cut(const std::vector<Row>& rows, const std::vector<char>& axes) {
  std::vector<double> logs;
  for (const Row& row : rows) { logs.push_back(std::log(compute_of(row, axes))); }
  std::sort(logs.begin(), logs.end());
  const double count = static_cast<double>(logs.size());
  double widest = 1e-6;
  std::optional<double> cut;
  for (size_t k = 1; k < logs.size(); ++k) {
    const double above = static_cast<double>(logs.size() - k) / count;
    if (above < 0.15 || above > 0.45 || logs[k] - logs[k - 1] <= widest) { continue; }
    widest = logs[k] - logs[k - 1];
    cut = std::exp((logs[k] + logs[k - 1]) / 2);
  }
  return cut;
}

std::optional<Extrapolation> extrapolate(const Form& form, const std::vector<Row>& rows,
                                         const std::vector<char>& axes, const Objective& objective,
                                         const std::vector<Hold>& holds, double cut, int starts,
                                         int threads) {
  std::vector<Row> below, above;
  for (const Row& row : rows) { (compute_of(row, axes) < cut ? below : above).push_back(row); }
  const Problem problem = make_problem(form, below, axes, objective, holds);
  if (above.empty() || static_cast<int>(below.size()) <= free_parameters(problem)) {
    return std::nullopt;
  }
  const Estimate fitted = estimate(problem, holds, starts, threads);
  Extrapolation result{.cut = cut,
                       .n_train = static_cast<int>(below.size()),
                       .n_test = static_cast<int>(above.size()),
                       .values = form.values(fitted.minimum.coordinates, problem.points)};
  Points ahead = make_points(above, axes);
  for (size_t k = 0; k < axes.size(); ++k) {
    ahead.axis[k] += ahead.centre[k] - problem.points.centre[k];
  }
  Evaluation evaluation;
  form.evaluate(fitted.minimum.coordinates, ahead, evaluation);
  const Eigen::ArrayXd error = (evaluation.prediction / ahead.loss - 1).abs();
  result.mean_abs_rel = error.mean();
  result.max_abs_rel = error.maxCoeff();
  return result;
}

}  // namespace enigma::law
