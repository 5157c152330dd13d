#include "sweeps/law/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace enigma::law {

namespace {

size_t count(const Fit& fit, Trend trend) {
  return static_cast<size_t>(std::count_if(fit.ladders.begin(), fit.ladders.end(),
                                           [&](const Ladder& l) { return l.trend == trend; }));
}

bool is_frontier(const Fit& fit) {
  return fit.readings.isoflop || fit.readings.envelope;
}

std::vector<std::string> not_identified(const Fit& fit) {
  std::vector<std::string> names;
  for (const ParameterFit& parameter : fit.parameters) {
    // The coefficients of a frontier are far from the data's budgets: its exponents decide.
    if (parameter.name.starts_with("k_") && is_frontier(fit)) continue;
    const bool known = parameter.verdict == ParameterVerdict::identified ||
                       parameter.verdict == ParameterVerdict::held;
    if (!known && parameter.name != "E") names.push_back(parameter.name);
  }
  return names;
}

size_t distinct(const Fit& fit, char axis) {
  std::set<double> values;
  for (const Row& row : fit.rows) values.insert(axis_value(row, axis));
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

std::string why_undetermined(const Fit& fit, const std::vector<std::string>& names) {
  std::string why;
  if (is_frontier(fit)) return why_no_frontier(fit);
  if (has_trade_off(fit.form)) {
    if (distinct(fit, 'N') == 1)
      why += "; all rows have one size, so the effect of size is unknown";
    if (distinct(fit, 'D') == 1) {
      why += "; all rows have the same amount of data, so its effect is unknown";
    }
    if (distinct(fit, 'N') > 1 && lacks(names, "alpha")) {
      why += "; more sizes, or sizes further apart, would tell";
    }
    if (distinct(fit, 'D') > 1 && lacks(names, "beta")) why += "; longer ladders would tell";
  } else {
    why += "; more rows, or rows further apart, would tell";
  }
  return fmt::format("Undetermined: {} rows do not identify {}{}.{}", fit.rows.size(),
                     listed(names), why, has_trade_off(fit.form) ? " No optimum is given." : "");
}

std::optional<std::string> data_limited(const Fit& fit, const std::vector<std::string>& names) {
  const size_t flat = count(fit, Trend::flat_or_rising);
  if (flat > 0 && 2 * flat >= fit.ladders.size()) {
    std::vector<std::string> which;
    for (const Ladder& ladder : fit.ladders) {
      if (ladder.trend == Trend::flat_or_rising && which.size() < 6)
        which.push_back("(" + name_of(ladder) + ")");
    }
    return fmt::format(
        "Data-limited: in {} of {} ladders the loss does not fall as the budget grows: {}. "
        "More compute on the same recordings does not help; more recordings might.",
        flat, fit.ladders.size(), listed(which));
  }
  if (fit.constant_will_do && !fit.ladders.empty()) {
    return "Data-limited: over these sizes and budgets the loss changes by no more than its noise; "
           "neither a larger model nor more compute helps on these data.";
  }
  Table table;
  table.rows = fit.rows;
  if (lacks(names, "alpha") && fit.form == "chinchilla" &&
      size_effect(table) == SizeEffect::does_not_help) {
    return "Data-limited: at the largest budget the largest model is not better than the smallest; "
           "a larger model does not help on these data.";
  }
  return std::nullopt;
}

}  // namespace

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t k = 0; k < names.size(); ++k) {
    if (k > 0) text += k + 1 == names.size() ? " and " : ", ";
    text += names[k];
  }
  return text;
}

Verdict verdict_of(const Fit& fit) {
  const std::vector<std::string> names = not_identified(fit);
  if (const auto sentence = data_limited(fit, names)) return {VerdictCode::data_limited, *sentence};
  if (!names.empty()) return {VerdictCode::undetermined, why_undetermined(fit, names)};
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
  if (fit.d_from_c) warnings.push_back("D was not mapped and is C/(6N)");
  for (const Ladder& ladder : fit.ladders) {
    if (ladder.trend == Trend::falls || warnings.size() >= 12) continue;
    warnings.push_back(fmt::format("ladder {}: loss {}", name_of(ladder),
                                   ladder.trend == Trend::uneven
                                       ? "does not fall at every step"
                                       : "is flat or rising: data-limited"));
  }
  if (fit.certificate.starts > 1 && fit.certificate.agreeing < 2) {
    warnings.push_back("only one start reached the best objective: it may not be the minimum");
  }
  if (fit.certificate.second_objective >
      fit.objective_value + 1e-4 * std::abs(fit.objective_value)) {
    warnings.push_back("the second algorithm did not reach the same objective");
  }
  const int lost = fit.refits.resamples - fit.refits.converged;
  if (lost > 0) {
    warnings.push_back(fmt::format("{} of {} refits did not converge", lost, fit.refits.resamples));
  }
  for (const ParameterFit& parameter : fit.parameters) {
    if (parameter.name == "E" && parameter.verdict == ParameterVerdict::bounded_above) {
      warnings.push_back("E is not identified: these data do not show where the loss levels off");
    }
  }
  return warnings;
}

}  // namespace enigma::law
