#include "sweeps/law/design/question.h"

#include <boost/math/distributions/normal.hpp>

#include <cmath>
#include <vector>

namespace enigma::law {

namespace {

double reach_of(double level) {
  return boost::math::quantile(boost::math::normal(), (1 + level) / 2);
}

/// Standard deviation of the answer over the fit's refits; nothing where they do not carry.
std::optional<double> refitted_sd(const Question& question, const Fit& fit) {
  std::vector<double> answers;
  for (const Vector& refit : fit.refits.values) {
    const Place place = best_place(fit.form, refit, fit.cost, question.flops);
    answers.push_back(question.asked == Asked::loss ? place.loss : std::log(place.n));
  }
  const Interval interval = interval_over(fit, 0, std::move(answers));
  if (!interval.low || !interval.high) { return std::nullopt; }
  return (*interval.high - *interval.low) / (2 * reach_of(fit.level));
}

/// Rows that the law misses by more than their middle scatters make it less known than its
/// curvature says, and the next runs as well.
void widen(Beliefs& beliefs, double sd) {
  const double known = expected(beliefs, outlook_of(beliefs), Criterion::asked);
  const double factor = sd / std::sqrt(known);
  if (!(factor > 1) || !std::isfinite(factor)) { return; }
  beliefs.noise *= factor;
  for (Belief& basin : beliefs.basins) { basin.covariance *= factor * factor; }
}

}  // namespace

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
  Beliefs beliefs =
      beliefs_of(problem, basins, centred_like(candidates, fit.axes, problem.points), quantity);
  const auto sd = refitted_sd(question, fit);
  if (sd && !beliefs.basins.empty()) { widen(beliefs, *sd); }
  return beliefs;
}

Interval answer_of(const Question& question, const Beliefs& beliefs, double variance,
                   double level) {
  const double reach = reach_of(level) * std::sqrt(variance);
  const double mean = mean_of(beliefs, 0);
  if (question.asked == Asked::loss) { return {mean, mean - reach, mean + reach}; }
  return {std::exp(mean), std::exp(mean - reach), std::exp(mean + reach)};
}

}  // namespace enigma::law
