#include "sweeps/law/figure/palette.h"
#include "sweeps/law/figure/profile_curve.h"
#include "sweeps/law/figure/runs.h"
#include "sweeps/law/form/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// Where profiles leave the panel, in allowed rises.
constexpr double kTop = 3;

const ParameterFit& parameter_of(const Fit& fit, const std::string& name) {
  return *std::find_if(fit.parameters.begin(), fit.parameters.end(),
                       [&](const ParameterFit& one) { return one.name == name; });
}

std::string spoken(ParameterVerdict verdict) {
  std::string text = name_of(verdict);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

nlohmann::ordered_json known(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

nlohmann::ordered_json facts_of(const std::string& group, const ParameterFit& parameter,
                                const ProfileCurve& curve) {
  return {{"subset", group.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(group)},
          {"value", known(parameter.value)},
          {"low", known(parameter.low)},
          {"high", known(parameter.high)},
          {"verdict", name_of(parameter.verdict)},
          {"objective_minimum", curve.minimum},
          {"objective_rise", curve.rise}};
}

/// Where nothing else is said a coefficient has a logarithmic axis: its profile spans factors.
Scale scale_of(const Fit& fit, const std::string& parameter) {
  const auto form = form_named(fit.form);
  for (const Parameter& one : form->parameters) {
    if (one.name == parameter && one.kind == ParameterKind::coefficient) { return Scale::log; }
  }
  return Scale::linear;
}

void add_curve(const std::string& group, size_t index, const ParameterFit& parameter,
               const ProfileCurve& curve, Panel& panel) {
  Series line{.kind = "profile", .subset = group};
  line.look = {.line_pt = 1, .dash = subset_dash(index)};
  for (const auto& [value, objective] : curve.points) {
    line.data.push_back({.x = value, .y = (objective - curve.minimum) / curve.rise});
  }
  if (!line.data.empty()) { panel.series.push_back(std::move(line)); }
  if (!parameter.value || (panel.x.scale == Scale::log && !(*parameter.value > 0))) { return; }
  Series estimate{.kind = "estimate", .subset = group};
  estimate.look = {.color = "#000000", .mark = subset_mark(index), .mark_pt = 3.4};
  estimate.look.x_errors = parameter.low && parameter.high;
  estimate.data.push_back(
      {.x = *parameter.value, .y = 0, .x_low = parameter.low, .x_high = parameter.high});
  panel.series.push_back(std::move(estimate));
}

/// "alpha: identified"; where fits differ, how many are.
std::string title_of(const std::string& name, const std::vector<ParameterVerdict>& verdicts) {
  const auto same = std::count(verdicts.begin(), verdicts.end(), verdicts.front());
  const auto all = static_cast<long>(verdicts.size());
  if (same == all) { return name + ": " + spoken(verdicts.front()); }
  const auto known = std::count(verdicts.begin(), verdicts.end(), ParameterVerdict::identified);
  return fmt::format("{}: identified in {} of {}", name, known, all);
}

}  // namespace

Picture profiles(const FigureInput& input) {
  require_formula(input, "profile");
  const auto fits = fits_of(input);
  Picture picture{.kind = "profile"};
  std::map<std::string, Panel> panels;
  std::map<std::string, std::vector<ParameterVerdict>> verdicts;
  std::vector<std::string> order;
  for (size_t k = 0; k < fits.size(); ++k) {
    const auto& [group, fit] = fits[k];
    for (const ProfileCurve& curve : profile_curves(*fit, input.options)) {
      const std::string& name = curve.parameter;
      if (panels.count(name) == 0) { order.push_back(name); }
      Panel& panel = panels[name];
      panel.name = name;
      panel.x = {name, name, scale_of(*fit, name)};
      panel.y = {"rise", "objective rise / allowed", Scale::linear, -0.15, kTop};
      add_curve(group, k, parameter_of(*fit, name), curve, panel);
      panel.facts["fits"].push_back(facts_of(group, parameter_of(*fit, name), curve));
      verdicts[name].push_back(parameter_of(*fit, name).verdict);
    }
  }
  const Look threshold{.color = "#a03030", .line_pt = 0.7, .dash = 1};
  for (const std::string& name : order) {
    panels[name].title = title_of(name, verdicts[name]);
    panels[name].rules.push_back({"threshold", "", 'y', 1, threshold});
    picture.panels.push_back(panels[name]);
  }
  if (fits.size() > 1) {
    KeyBlock groups{input.study.by == "subset" ? "recordings" : input.study.by, {}};
    for (size_t k = 0; k < fits.size(); ++k) {
      groups.keys.push_back(
          {fits[k].first, {.mark = subset_mark(k), .line_pt = 1, .dash = subset_dash(k)}});
    }
    picture.legend.push_back(std::move(groups));
  }
  KeyBlock keys{"", {}};
  if (fits.size() == 1) { keys.keys.push_back({"profile", {.line_pt = 1}}); }
  keys.keys.push_back({percent_text(input.options.level) + " threshold", threshold});
  keys.keys.push_back({"estimate and interval", {.mark = subset_mark(0), .line_pt = 0.7}});
  picture.legend.push_back(std::move(keys));
  if (order.empty()) { throw FitRefused("every parameter is held: there is no profile"); }
  return picture;
}

}  // namespace enigma::law
