#include "sweeps/law/report/fit_document.h"

#include "sweeps/law/fit/frontier.h"
#include "sweeps/law/report/appraisal_document.h"
#include "sweeps/law/report/checklist.h"
#include "sweeps/law/report/interval_method.h"
#include "sweeps/law/report/readings_document.h"

#include <cmath>

namespace enigma::law {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}
Json number(const std::optional<double>& value) {
  return value ? number(*value) : Json();
}

Json objective_json(const Fit& fit) {
  const Objective& objective = fit.objective;
  return {{"kind", name_of(objective.kind)},
          {"delta", objective.kind == ObjectiveKind::huber ? Json(objective.delta) : Json()},
          {"freedom", objective.kind == ObjectiveKind::student ? Json(objective.freedom) : Json()},
          {"space", objective.space == Space::log ? "log" : "linear"},
          {"reduction", objective.reduction == Reduction::sum ? "sum" : "mean"},
          {"value", number(fit.objective_value)}};
}

Json axes_json(const Fit& fit) {
  Json axes = Json::object();
  for (const char axis : fit.axes) {
    const auto found = fit.axis_names.find(std::string(1, axis));
    axes[std::string(1, axis)] = found == fit.axis_names.end() ? Json() : Json(found->second);
  }
  if (has_trade_off(fit.form)) { axes["C"] = relation_of(fit.cost); }
  return axes;
}

Json size_doubling_json(const Fit& fit) {
  if (!fit.size_doubling) { return {}; }
  const SizeDoubling& doubling = *fit.size_doubling;
  return {{"n", number(doubling.n)},
          {"d", number(doubling.d)},
          {"relative_change", number(doubling.change)},
          {"low", number(doubling.low)},
          {"high", number(doubling.high)},
          {"material", fit.material},
          {"noise", doubling.seed_freedom > 0 ? "seeds" : "residuals"},
          {"loss_moves", doubling.loss_moves}};
}

Json parameters_json(const Fit& fit) {
  Json parameters = Json::object();
  for (const ParameterFit& parameter : fit.parameters) {
    parameters[parameter.name] = {{"value", number(parameter.value)},
                                  {"low", number(parameter.low)},
                                  {"high", number(parameter.high)},
                                  {"se", number(parameter.se)},
                                  {"se_hessian", number(parameter.se_hessian)},
                                  {"se_sandwich", number(parameter.se_sandwich)},
                                  {"verdict", name_of(parameter.verdict)}};
  }
  return parameters;
}

Json interval_json(const Interval& interval) {
  return {{"value", number(interval.value)},
          {"low", number(interval.low)},
          {"high", number(interval.high)}};
}

Json certificate_json(const Fit& fit) {
  const Certificate& certificate = fit.certificate;
  Json basins = Json::array();
  for (const Basin& basin : certificate.basins) {
    Json values = Json::object();
    for (size_t j = 0; j < fit.parameters.size(); ++j) {
      values[fit.parameters[j].name] = number(basin.values[static_cast<Eigen::Index>(j)]);
    }
    basins.push_back(
        {{"objective", number(basin.objective)}, {"starts", basin.starts}, {"parameters", values}});
  }
  return {{"gradient_relative", number(certificate.gradient_relative)},
          {"starts", certificate.starts},
          {"agreeing", certificate.agreeing},
          {"unconverged", certificate.unconverged},
          {"refits", {{"asked", fit.refits.resamples}, {"converged", fit.refits.converged}}},
          {"basins", basins},
          {"second_objective", number(certificate.second_objective)},
          {"tolerance", fit.tolerance}};
}

Json bootstrap_json(const Fit& fit) {
  if (fit.readings.isoflop) {
    return {{"method", interval_method(fit)},
            {"level", fit.level},
            {"resamples", 0},
            {"cluster", nullptr},
            {"converged", 0},
            {"verdict_method", "the same interval, closed and above 0"}};
  }
  const bool carry = refits_carry(fit) && !fit.readings.envelope;
  const bool cluster = fit.bootstrap.kind == Resampling::by_cluster;
  const auto group = fit.axis_names.find("group");
  return {{"method", interval_method(fit)},
          {"level", fit.level},
          {"tail", carry ? number(fit.tail) : Json()},
          {"resamples", fit.refits.resamples},
          {"cluster", cluster && group != fit.axis_names.end() ? Json(group->second) : Json()},
          {"converged", fit.refits.converged},
          {"verdict_method", fit.readings.envelope ? "the same interval" : "profile"}};
}

Json extrapolation_json(const Fit& fit) {
  if (!fit.extrapolation) {
    return {{"cut", nullptr},
            {"n_train", nullptr},
            {"n_test", nullptr},
            {"mean_abs_rel", nullptr},
            {"max_abs_rel", nullptr}};
  }
  const Extrapolation& e = *fit.extrapolation;
  return {{"cut", number(e.cut)},
          {"n_train", e.n_train},
          {"n_test", e.n_test},
          {"mean_abs_rel", number(e.mean_abs_rel)},
          {"max_abs_rel", number(e.max_abs_rel)}};
}

Json optimum_json(const Fit& fit) {
  Json list = Json::array();
  for (const OptimumAt& at : fit.optimum) {
    list.push_back({{"flops", at.flops},
                    {"n", number(at.place.n)},
                    {"d", number(at.place.d)},
                    {"loss", number(at.place.loss)},
                    {"low", number(at.low)},
                    {"high", number(at.high)}});
  }
  return list;
}

Json ladders_json(const Fit& fit) {
  Json list = Json::array();
  for (const Ladder& ladder : fit.ladders) {
    list.push_back({{"n", ladder.n},
                    {"subset", ladder.subset.empty() ? Json() : Json(ladder.subset)},
                    {"rungs", ladder.rungs.size()},
                    {"trend", ladder.trend == Trend::falls    ? "falls"
                              : ladder.trend == Trend::uneven ? "uneven"
                                                              : "flat_or_rising"}});
  }
  return list;
}

}  // namespace

Json to_json(const Verdict& verdict) {
  return {{"code", name_of(verdict.code)}, {"sentence", verdict.sentence}};
}

Json to_json(const Fit& fit, std::optional<double> seconds) {
  Json excluded = Json::array();
  for (const Excluded& one : fit.excluded) {
    excluded.push_back({{"id", one.id}, {"why", one.why}, {"rows", one.rows}});
  }
  Json document = {
      {"form", fit.form},
      {"formula", fit.formula},
      {"objective", objective_json(fit)},
      {"axes", axes_json(fit)},
      {"cost", is_frontier(fit.form) ? Json() : Json(formula_of(fit.cost))},
      {"n_used", rows_used(fit)},
      {"excluded", excluded},
      {"parameters", parameters_json(fit)},
      {"exponents", {{"a", interval_json(fit.a)}, {"b", interval_json(fit.b)}}},
      {"exponents_6nd", {{"a", interval_json(fit.a_6nd)}, {"b", interval_json(fit.b_6nd)}}},
      {"certificate", certificate_json(fit)},
      {"interval", bootstrap_json(fit)},
      {"extrapolation", extrapolation_json(fit)},
      {"optimum", optimum_json(fit)},
      {"ladders", ladders_json(fit)},
      {"size_doubling", size_doubling_json(fit)},
      {"verdict", to_json(fit.verdict)},
      {"warnings", fit.warnings}};
  document.update(readings_json(fit));
  document["checklist"] = checklist_json(fit);
  document["seconds"] = number(seconds);
  return document;
}

namespace {

/// The fit's keys with those of its appraisal before `seconds`.
Json whole(const Fit& fit, const std::optional<Appraisal>& appraisal,
           std::optional<double> seconds) {
  Json document = to_json(fit, seconds);
  if (!appraisal) { return document; }
  const Json last = document["seconds"];
  document.erase("seconds");
  document.update(to_json(*appraisal, fit));
  document["seconds"] = last;
  return document;
}

}  // namespace

Json to_json(const Study& study, std::optional<double> seconds) {
  if (study.by.empty()) {
    Json only = whole(*study.pooled, study.appraisal, seconds);
    only["irreducible_loss"] = number(study.irreducible_loss);
    return only;
  }
  Json fits = Json::array(), refused = Json::array();
  for (const GroupFit& one : study.fits) {
    Json fit = {{"group", one.group}};
    fit.update(whole(one.fit, one.appraisal, std::nullopt));
    fits.push_back(std::move(fit));
  }
  for (const RefusedGroup& one : study.refused) {
    refused.push_back({{"group", one.group}, {"why", one.why}});
  }
  return {{"by", study.by},
          {"fits", fits},
          {"refused", refused},
          {"pooled", study.pooled ? whole(*study.pooled, study.appraisal, std::nullopt) : Json()},
          {"irreducible_loss", number(study.irreducible_loss)},
          {"seconds", number(seconds)}};
}

}  // namespace enigma::law
