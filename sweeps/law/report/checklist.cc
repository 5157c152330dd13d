#include "sweeps/law/report/checklist.h"

#include "sweeps/law/fit/frontier.h"
#include "sweeps/law/report/interval_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace enigma::law {

namespace {

using Json = nlohmann::ordered_json;

Json named(const Fit& fit, const std::string& role) {
  const auto found = fit.axis_names.find(role);
  return found == fit.axis_names.end() ? Json() : Json(found->second);
}

Json reasons(const Fit& fit) {
  Json why = Json::object();
  for (const Excluded& one : fit.excluded) {
    why[one.why] = why.value(one.why, size_t{0}) + one.rows;
  }
  return why;
}

/// The one value of a column, a list of up to eight, or null where no row has it.
Json column(const Fit& fit, const std::string& name) {
  std::set<std::string> values;
  for (const Row& row : fit.rows) {
    const std::string* const cell = row.columns.find(name);
    if (cell != nullptr && !cell->empty()) { values.insert(*cell); }
  }
  if (values.empty()) { return {}; }
  if (values.size() > 8) { return fmt::format("{} different values", values.size()); }
  return values;
}

Json optimizer_json(const Fit& fit) {
  if (is_frontier(fit.form)) { return "closed form: least squares in logarithms"; }
  return "BFGS from many starts; reweighted Levenberg-Marquardt as the second algorithm";
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

/// Correlation over the refits of two parameters, coefficients by their logs.
std::optional<double> correlation(const Fit& fit, Eigen::Index i, Eigen::Index j) {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (const Vector& refit : fit.refits.values) {
    const double u = refit[i] > 0 ? std::log(refit[i]) : NAN;
    const double v = refit[j];
    if (!std::isfinite(u) || !std::isfinite(v)) { continue; }
    n += 1, x += u, y += v, xx += u * u, yy += v * v, xy += u * v;
  }
  const double u = xx - x * x / n, v = yy - y * y / n, spread = u * v;
  // Differences of large sums: below this they are rounding.
  if (n < 3 || !(u > 1e-9 * xx) || !(v > 1e-9 * yy)) { return std::nullopt; }
  return (xy - x * y / n) / std::sqrt(spread);
}

/// A with alpha, B with beta: almost one, which is why rounded values must not be read alone.
Json correlations(const Fit& fit) {
  Json list = Json::object();
  const auto index = [&](const char* name) {
    const auto found = std::find_if(fit.parameters.begin(), fit.parameters.end(),
                                    [&](const ParameterFit& p) { return p.name == name; });
    return found == fit.parameters.end() ? Eigen::Index{-1} : found - fit.parameters.begin();
  };
  for (const auto& [one, two] :
       {std::pair("A", "alpha"), std::pair("B", "beta"), std::pair("B", "alpha")}) {
    const Eigen::Index i = index(one), j = index(two);
    if (i < 0 || j < 0 ||
        (std::string(one) == "B" && std::string(two) == "alpha" && index("beta") >= 0)) {
      continue;
    }
    if (const auto value = correlation(fit, i, j)) {
      list[fmt::format("log {}, {}", one, two)] = *value;
    }
  }
  return list;
}

Json held_out(const Fit& fit) {
  if (!fit.extrapolation) { return {}; }
  return {{"cut", fit.extrapolation->cut},
          {"n_test", fit.extrapolation->n_test},
          {"mean_abs_rel", fit.extrapolation->mean_abs_rel},
          {"max_abs_rel", fit.extrapolation->max_abs_rel}};
}

std::string shown(const Json& value) {
  if (value.is_null() || (value.is_structured() && value.empty())) { return "not stated"; }
  if (value.is_number_float()) { return fmt::format("{:.6g}", value.get<double>()); }
  if (value.is_string()) { return value.get<std::string>(); }
  if (!value.is_structured()) { return value.dump(); }
  std::string text;
  for (const auto& [key, member] : value.items()) {
    if (!text.empty()) { text += ", "; }
    if (value.is_object()) { text += key + " "; }
    text += shown(member);
  }
  return text;
}

}  // namespace

Json checklist_json(const Fit& fit) {
  const Objective& objective = fit.objective;
  const bool huber = objective.kind == ObjectiveKind::huber;
  const Json flops = named(fit, "C");
  return {{"form", fit.form},
          {"formula", fit.formula},
          {"objective", name_of(objective.kind)},
          {"delta", huber ? Json(objective.delta) : Json()},
          {"space", objective.space == Space::log ? "log" : "linear"},
          {"reduction", objective.reduction == Reduction::sum ? "sum" : "mean"},
          {"optimizer", optimizer_json(fit)},
          {"tolerance", number(fit.tolerance)},
          {"starts", fit.certificate.starts},
          {"starts_agreeing", fit.certificate.agreeing},
          {"n_used", rows_used(fit)},
          {"n_excluded", rows_in(fit.excluded)},
          {"excluded_because", reasons(fit)},
          {"clusters", fit.clusters > 0 ? Json(fit.clusters) : Json()},
          {"size_definition", named(fit, "N")},
          {"data_definition", named(fit, "D")},
          {"flops_definition", flops.is_null() ? Json(formula_of(fit.cost)) : flops},
          {"loss_definition", named(fit, "loss")},
          {"schedule", column(fit, "schedule")},
          {"seeds", column(fit, "seed")},
          {"interval_method", interval_method(fit)},
          {"interval_level", fit.level},
          {"interval_resamples", fit.refits.resamples},
          {"held_out", held_out(fit)},
          {"correlations", correlations(fit)}};
}

std::string checklist_text(const Fit& fit) {
  std::string text = "  checklist\n";
  const Json checklist = checklist_json(fit);
  for (const auto& [item, answer] : checklist.items()) {
    std::string words = item;
    std::replace(words.begin(), words.end(), '_', ' ');
    text += fmt::format("    {:<20}{}\n", words, shown(answer));
  }
  return text;
}

}  // namespace enigma::law
