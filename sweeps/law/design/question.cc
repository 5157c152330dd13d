#include "sweeps/law/design/question.h"

#include <boost/math/distributions/normal.hpp>

#include <cmath>

namespace enigma::law {

std::string_view name_of(Asked asked) {
  return asked == Asked::loss ? "loss" : "size";
}

Beliefs beliefs_about(const Question& question, const Fit& fit, const FitOptions& options,
                      const std::vector<Row>& candidates) {
  const auto form = form_named(fit.form);
  const Problem problem = make_problem(*form, fit.rows, fit.axes, options.objective, options.holds);
  std::vector<Vector> basins = {form->coordinates(fit.values, problem.points)};
  for (size_t k = 1; k < fit.certificate.basins.size(); ++k) {
    basins.push_back(form->coordinates(fit.certificate.basins[k].values, problem.points));
  }
  const Quantity quantity =
      question.asked == Asked::loss
          ? loss_at_budget(*form, problem.points, fit.cost, question.flops)
          : log_size_at_budget(*form, problem.points, fit.cost, question.flops);
  return beliefs_of(problem, basins, centred_like(candidates, fit.axes, problem.points), quantity);
}

Interval answer_of(const Question& question, const Beliefs& beliefs, double variance,
                   double level) {
  const double reach =
      boost::math::quantile(boost::math::normal(), (1 + level) / 2) * std::sqrt(variance);
  const double mean = mean_of(beliefs, 0);
  if (question.asked == Asked::loss) { return {mean, mean - reach, mean + reach}; }
  return {std::exp(mean), std::exp(mean - reach), std::exp(mean + reach)};
}

}  // namespace enigma::law
