#include "sweeps/law/fit/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace enigma::law {

namespace {

bool is_frontier(const Fit& fit) {
  return fit.readings.isoflop || fit.readings.envelope;
}

std::vector<std::string> not_identified(const Fit& fit) {
  std::vector<std::string> names;
  for (const ParameterFit& parameter : fit.parameters) {
    // The coefficients of a frontier are far from the data's budgets: its exponents decide.
    if (parameter.name.starts_with("k_") && is_frontier(fit)) { continue; }
    const bool known = parameter.verdict == ParameterVerdict::identified ||
                       parameter.verdict == ParameterVerdict::held;
    if (!known && parameter.name != "E") { names.push_back(parameter.name); }
  }
  return names;
}

size_t distinct(const Fit& fit, char axis) {
  std::set<double> values;
  for (const Row& row : fit.rows) { values.insert(axis_value(row, axis)); }
  return values.size();
}

bool lacks(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Forms whose answer is a frontier N_opt ~ C^a, D_opt ~ C^b.
bool has_frontier(const Fit& fit) {
  return has_trade_off(fit.form) || is_frontier(fit);
}

std::string why_no_frontier(const Fit& fit) {
  const auto& isoflop = fit.readings.isoflop;
  if (isoflop && vertices(*isoflop) < 3) {
    return fmt::format(
        "Undetermined: {} of {} budgets have a minimum inside their sizes, and an exponent with an "
        "error needs three. More budgets, or sizes on both sides of each minimum, would tell. No "
        "optimum is given.",
        vertices(*isoflop), isoflop->valleys.size());
  }
  const auto& envelope = fit.readings.envelope;
  if (envelope && !envelope->n) {
    return fmt::format(
        "Undetermined: {} of {} runs lie on the envelope with smaller and larger sizes run beside "
        "them, and a line needs three. More budgets, or more sizes at each, would tell. No optimum "
        "is given.",
        envelope->rows.size(), fit.rows.size());
  }
  return fmt::format(
      "Undetermined: the points of the frontier scatter too much about a power law, or lie at too "
      "few budgets, to tell {} from none. No optimum is given.",
      listed(not_identified(fit)));
}

/// What the rows say of size, and what more would say it.
std::string of_size(const Fit& fit) {
  if (!fit.size_doubling || distinct(fit, 'N') == 1) { return ""; }
  if (!fit.size_doubling->loss_moves) {
    return "; the loss changes by no more than its noise over these sizes and budgets: sizes and "
           "budgets further apart, or more seeds of each, would tell";
  }
  return fmt::format("; at the largest budget one doubling of the parameters {}",
                     in_words(*fit.size_doubling, fit.level));
}

std::string why_undetermined(const Fit& fit, const std::vector<std::string>& names) {
  if (is_frontier(fit)) { return why_no_frontier(fit); }
  if (!has_trade_off(fit.form)) {
    return fmt::format(
        "Undetermined: {} rows do not identify {}; more rows, or rows further apart, would tell.",
        fit.rows.size(), listed(names));
  }
  std::string why;
  if (distinct(fit, 'N') == 1) {
    why += "; all rows have one size, so the effect of size is unknown";
  }
  if (distinct(fit, 'D') == 1) {
    why += "; all rows have the same amount of data, so its effect is unknown";
  }
  if (distinct(fit, 'N') > 1 && lacks(names, "alpha")) {
    why += "; more sizes, or sizes further apart, would tell";
  }
  if (distinct(fit, 'D') > 1 && lacks(names, "beta")) { why += "; longer ladders would tell"; }
  return fmt::format("Undetermined: {} rows do not identify {}{}{}. No optimum is given.",
                     fit.rows.size(), listed(names), why, of_size(fit));
}

/// The plain sentence, where the interval of what size brings excludes what would be worth it.
std::optional<std::string> data_limited(const Fit& fit) {
  if (!fit.size_doubling || !excludes_improvement(*fit.size_doubling, fit.material)) {
    return std::nullopt;
  }
  return fmt::format(
      "Data-limited: at the largest budget one doubling of the parameters {}, which excludes an "
      "improvement of {:g} %; a larger model does not help on these data.",
      in_words(*fit.size_doubling, fit.level), 100 * fit.material);
}

}  // namespace

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t k = 0; k < names.size(); ++k) {
    if (k > 0) { text += k + 1 == names.size() ? " and " : ", "; }
    text += names[k];
  }
  return text;
}

Verdict verdict_of(const Fit& fit) {
  const std::vector<std::string> names = not_identified(fit);
  if (!names.empty()) {
    if (const auto sentence = data_limited(fit)) { return {VerdictCode::data_limited, *sentence}; }
    return {VerdictCode::undetermined, why_undetermined(fit, names)};
  }
  if (!has_frontier(fit)) {
    return {VerdictCode::ok, fmt::format("Loss falls as a power of {} with exponent {:.4g}.",
                                         fit.axes.front(), fit.values[fit.values.size() - 1])};
  }
  return {VerdictCode::ok,
          fmt::format("The best size grows as C^{:.3f} and the best amount of data as C^{:.3f}: "
                      "ten times the compute asks for {:.1f} times the parameters and {:.1f} times "
                      "the data.",
                      fit.exponents.a, fit.exponents.b, std::pow(10.0, fit.exponents.a),
                      std::pow(10.0, fit.exponents.b))};
}

std::vector<std::string> warnings_of(const Fit& fit) {
  std::vector<std::string> warnings;
  if (fit.cost.measured && has_trade_off(fit.form)) {
    warnings.push_back("the optimum is taken along the FLOPs of the rows, " + formula_of(fit.cost));
  }
  if (fit.d_from_c) { warnings.push_back("D was not mapped and is C/(6N)"); }
  for (const Ladder& ladder : fit.ladders) {
    if (ladder.trend == Trend::falls || warnings.size() >= 12) { continue; }
    warnings.push_back(fmt::format("ladder {}: loss {}", name_of(ladder),
                                   ladder.trend == Trend::uneven
                                       ? "does not fall at every step"
                                       : "is flat or rising: data-limited, or within its noise"));
  }
  if (fit.certificate.starts > 1 && fit.certificate.agreeing < 2) {
    warnings.push_back("only one start reached the best objective: it may not be the minimum");
  }
  if (fit.certificate.second_objective >
      fit.objective_value + 1e-4 * std::abs(fit.objective_value)) {
    warnings.push_back("the second algorithm did not reach the same objective");
  }
  const Refits& refits = fit.refits;
  if (refits.converged < refits.resamples) {
    const bool carry = refits_carry(fit) || is_frontier(fit);
    warnings.push_back(fmt::format("{} of {} refits did not converge{}",
                                   refits.resamples - refits.converged, refits.resamples,
                                   carry ? "" : ": the intervals are the profile's"));
  }
  for (const ParameterFit& parameter : fit.parameters) {
    if (parameter.name == "E" && parameter.verdict == ParameterVerdict::bounded_above) {
      warnings.push_back("E is not identified: these data do not show where the loss levels off");
    }
  }
  return warnings;
}

}  // namespace enigma::law
