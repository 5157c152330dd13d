#include "sweeps/law/report/appraisal_document.h"

#include <fmt/format.h>

#include <cmath>

namespace enigma::law {

namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

Json interval_json(const Interval& interval) {
  return {{"value", number(interval.value)},
          {"low", number(interval.low)},
          {"high", number(interval.high)}};
}

Json approaches_json(const std::vector<Approach>& approaches) {
  Json list = Json::array();
  for (const Approach& approach : approaches) {
    list.push_back({{"form", approach.form},
                    {"n_used", approach.n_used},
                    {"a", interval_json(approach.a)},
                    {"b", interval_json(approach.b)},
                    {"verdict", approach.verdict},
                    {"note", approach.note}});
  }
  return list;
}

/// Values of the parameters by name; those of one that is not identified are null, as in the fit.
Json parameters_json(const Fit& fit, const Vector& values) {
  Json parameters = Json::object();
  for (size_t j = 0; j < fit.parameters.size(); ++j) {
    const bool known = fit.parameters[j].value.has_value();
    parameters[fit.parameters[j].name] =
        known ? number(values[static_cast<Eigen::Index>(j)]) : Json();
  }
  return parameters;
}

/// An exponent of the optimum is told only where the fit itself tells one.
Json exponent_json(const Fit& fit, const std::optional<double>& a) {
  return fit.a.value ? number(a) : Json();
}

Json selection_json(const Selection& selection) {
  Json candidates = Json::array();
  for (const Candidate& one : selection.candidates) {
    Json cuts = Json::array();
    for (const Extrapolation& cut : one.cuts) {
      cuts.push_back({{"cut", cut.cut},
                      {"n_train", cut.n_train},
                      {"n_test", cut.n_test},
                      {"mean_abs_rel", number(cut.mean_abs_rel)},
                      {"max_abs_rel", number(cut.max_abs_rel)}});
    }
    candidates.push_back({{"form", one.form},
                          {"parameters", one.parameters},
                          {"aicc", number(one.aicc)},
                          {"mean_abs_rel", number(one.mean_abs_rel)},
                          {"cuts", cuts}});
  }
  return {{"chosen", selection.chosen.empty() ? Json() : Json(selection.chosen)},
          {"sentence", selection.sentence},
          {"candidates", candidates}};
}

Json influence_json(const Influence& influence, const Fit& fit) {
  Json most = Json::array();
  for (const LeftOut& one : influence.most) {
    most.push_back({{"id", one.id},
                    {"shift", one.shift},
                    {"a", exponent_json(fit, one.a)},
                    {"parameters", parameters_json(fit, one.values)}});
  }
  return {{"left_out", influence.left_out},
          {"residual_sd", number(influence.residual_sd)},
          {"most", most}};
}

Json outliers_json(const Influence& influence, const Fit& fit) {
  Json rows = Json::array();
  for (const Outlier& outlier : influence.outliers) {
    rows.push_back({{"id", outlier.id},
                    {"residual", number(outlier.residual)},
                    {"deviations", number(outlier.deviations)}});
  }
  Json without;
  if (influence.without) {
    without = {{"a", exponent_json(fit, influence.without->a)},
               {"parameters", parameters_json(fit, influence.without->values)}};
  }
  return {{"rows", rows}, {"without", without}};
}

Json sensitivity_json(const std::vector<Variant>& variants, const Fit& fit) {
  Json list = Json::array();
  for (const Variant& variant : variants) {
    list.push_back(
        {{"choice", variant.choice},
         {"n_used", variant.n_used},
         {"a", variant.refit ? exponent_json(fit, variant.refit->a) : Json()},
         {"parameters", variant.refit ? parameters_json(fit, variant.refit->values) : Json()}});
  }
  return list;
}

std::string shown(const Interval& interval) {
  if (!interval.value) { return "-"; }
  if (!interval.low || !interval.high) { return fmt::format("{:.4f}", *interval.value); }
  return fmt::format("{:.4f} [{:.4f}, {:.4f}]", *interval.value, *interval.low, *interval.high);
}

}  // namespace

Json to_json(const Appraisal& appraisal, const Fit& fit) {
  const auto& influence = appraisal.influence;
  return {{"approaches", approaches_json(appraisal.approaches)},
          {"selection", appraisal.selection ? selection_json(*appraisal.selection) : Json()},
          {"influence", influence ? influence_json(*influence, fit) : Json()},
          {"outliers", influence ? outliers_json(*influence, fit) : Json()},
          {"sensitivity", sensitivity_json(appraisal.sensitivity, fit)}};
}

std::string to_text(const Appraisal& appraisal) {
  std::string text;
  for (const Approach& approach : appraisal.approaches) {
    text += fmt::format("  {:<18}a = {:<26} b = {:<26} {}\n", approach.form, shown(approach.a),
                        shown(approach.b), approach.note);
  }
  if (appraisal.selection) { text += "  choice of form: " + appraisal.selection->sentence + "\n"; }
  return text;
}

}  // namespace enigma::law
