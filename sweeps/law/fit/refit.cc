#include "sweeps/law/fit/refit.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace enigma::law {

namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::optional<double> exponent_of_optimum(const Fit& fit, const Vector& values) {
  const std::optional<Vector> sum = trade_off(fit.form, values);
  return sum ? std::optional(exponents_of(*sum, fit.cost).a) : std::nullopt;
}

}  // namespace

std::vector<Unit> units_of(const Fit& fit) {
  std::vector<Unit> units;
  std::map<std::string, size_t> groups;
  for (size_t k = 0; k < fit.rows.size(); ++k) {
    const Row& row = fit.rows[k];
    if (!row.group.empty()) {
      const auto [found, fresh] = groups.try_emplace(row.group.text(), units.size());
      if (!fresh) {
        units[found->second].rows.push_back(k);
        continue;
      }
    }
    units.push_back({row.group.empty() ? row.id.text() : row.group.text(), {k}});
  }
  return units;
}

std::optional<Refit> refit(const Fit& fit, const FitOptions& options, const std::vector<Row>& rows,
                           const Objective& objective, int starts) {
  const auto form = form_named(fit.form);
  const Problem problem = make_problem(*form, rows, fit.axes, objective, options.holds);
  if (static_cast<int>(rows.size()) < rows_needed(free_parameters(problem))) {
    return std::nullopt;
  }
  Minimum best = minimize(problem, form->coordinates(fit.values, problem.points));
  if (starts > 0) {
    const Minimum other = estimate(problem, options.holds, starts, options.threads).minimum;
    if (other.objective < best.objective) { best = other; }
  }
  const Vector values = form->values(best.coordinates, problem.points);
  return Refit{values, exponent_of_optimum(fit, values), best.objective, best.converged};
}

std::vector<double> residuals_of(const Fit& fit, const FitOptions& options) {
  const auto form = form_named(fit.form);
  const Problem problem = make_problem(*form, fit.rows, fit.axes, fit.objective, options.holds);
  Evaluation evaluation;
  form->evaluate(form->coordinates(fit.values, problem.points), problem.points, evaluation);
  std::vector<double> residuals;
  for (size_t k = 0; k < fit.rows.size(); ++k) {
    const double predicted = evaluation.prediction[static_cast<Eigen::Index>(k)];
    residuals.push_back(fit.objective.space == Space::log ? std::log(predicted / fit.rows[k].loss)
                                                          : predicted - fit.rows[k].loss);
  }
  return residuals;
}

double robust_sd(std::vector<double> values) {
  if (values.empty()) { return 0; }
  const double centre = median(values);
  for (double& value : values) { value = std::abs(value - centre); }
  return 1.4826 * median(std::move(values));
}

}  // namespace enigma::law
