#include "sweeps/law/report/prediction.h"

#include "sweeps/law/fit/frontier.h"
#include "sweeps/law/report/fit_document.h"

#include <fmt/format.h>

#include <cmath>

namespace enigma::law {

namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

/// Verdict of a prediction: the fit's own, or that it lies too far from anything measured.
void add_factor(const Fit& fit, Prediction& prediction) {
  double largest = 0;
  for (const Row& row : fit.rows) { largest = std::max(largest, compute_of(row, fit.axes)); }
  if (largest > 0) { prediction.extrapolation_factor = prediction.target_flops / largest; }
}

/// Up to four passes over the data are almost as good as fresh data (Muennighoff et al. 2023).
constexpr double kHarmlessEpochs = 4;

/// How often the best amount of data repeats what there is, and whether the fit can know of it.
void add_epochs(const Fit& fit, Prediction& prediction) {
  double unique = 0, most = 0;
  for (const Row& row : fit.rows) {
    if (!(row.u > 0) || !(row.d > 0)) { return; }
    unique = std::max(unique, row.u);
    most = std::max(most, row.d / row.u);
  }
  if (!prediction.d || !(unique > 0)) { return; }
  prediction.epochs = *prediction.d / unique;
  prediction.epochs_most = most;
  if (*prediction.epochs <= std::max(kHarmlessEpochs, most)) { return; }
  prediction.repetition = fmt::format(
      "Data-limited: this budget asks for {:.3g} passes over the unique data, and the runs fitted "
      "made at most {:.3g}; repeated data are worth less than the law expects, and more unique "
      "data would be worth more.",
      *prediction.epochs, most);
}

}  // namespace

Prediction predict(const Fit& fit, double flops, const std::vector<Row>& rows) {
  Prediction prediction{
      .target_flops = flops, .verdict = fit.verdict, .doublings = doublings_of(fit, rows, flops)};
  const bool one_axis = fit.axes.size() == 1;
  const bool on_flops = one_axis && fit.axes.front() == 'C';
  if (!one_axis || on_flops) { add_factor(fit, prediction); }
  if (fit.verdict.code != VerdictCode::ok) { return prediction; }
  if (is_frontier(fit.form)) {
    const Place place = frontier_place(fit, flops);
    prediction.n = place.n;
    prediction.d = place.d;
    prediction.loss = {.value = place.loss};
    add_epochs(fit, prediction);
  } else if (has_optimum(fit)) {
    const OptimumAt at = optimum_at(fit, flops);
    prediction.n = at.place.n;
    prediction.d = at.place.d;
    prediction.loss = {at.place.loss, at.low, at.high};
    add_epochs(fit, prediction);
  } else if (on_flops) {
    prediction.loss = predicted_on_axis(fit, flops);
  } else if (one_axis) {
    prediction.verdict = {VerdictCode::undetermined,
                          fmt::format("A law on {} alone says nothing about FLOPs; fit chinchilla, "
                                      "or power on C.",
                                      fit.axes.front())};
  } else {
    prediction.verdict = {
        VerdictCode::undetermined,
        fmt::format("The form {} gives no optimum for a budget; fit chinchilla.", fit.form)};
  }
  return prediction;
}

double flops_of(double gpus, double hours, double mfu, double peak_flops_per_s) {
  return gpus * hours * 3600 * mfu * peak_flops_per_s;
}

Json to_json(const Prediction& p) {
  return {{"target", p.target_flops},
          {"n", number(p.n)},
          {"d", number(p.d)},
          {"loss",
           {{"value", number(p.loss.value)},
            {"low", number(p.loss.low)},
            {"high", number(p.loss.high)}}},
          {"extrapolation_factor", number(p.extrapolation_factor)},
          {"verdict", to_json(p.verdict)},
          {"doublings", to_json(p.doublings)},
          {"epochs", number(p.epochs)},
          {"epochs_most_fitted", number(p.epochs_most)},
          {"repetition", p.repetition.empty() ? Json() : Json(p.repetition)}};
}

std::string to_text(const Prediction& p, double level) {
  std::string text = fmt::format("  budget       {:.4g} FLOPs", p.target_flops);
  if (p.extrapolation_factor) {
    text += fmt::format(", {:.3g} times the largest one fitted", *p.extrapolation_factor);
  }
  text += "\n";
  if (p.n) { text += fmt::format("  best size    {:.4g} parameters\n", *p.n); }
  if (p.d && std::isfinite(*p.d)) {
    text += fmt::format("  best data    {:.4g} (in the unit of D)\n", *p.d);
  }
  if (p.loss.value && std::isfinite(*p.loss.value)) {
    text += fmt::format("  loss         {:.5g}", *p.loss.value);
    if (p.loss.low) {
      text +=
          fmt::format(", {:g} % interval {:.5g} .. {:.5g}", 100 * level, *p.loss.low, *p.loss.high);
    }
    text += "\n";
  }
  text += "  " + p.verdict.sentence + "\n";
  if (!p.repetition.empty()) { text += "  " + p.repetition + "\n"; }
  return p.doublings.sentence.empty() ? text : text + "  " + p.doublings.sentence + "\n";
}

}  // namespace enigma::law
