#include "sweeps/law/fit/frontier.h"
#include "sweeps/law/report/appraisal_document.h"
#include "sweeps/law/report/checklist.h"
#include "sweeps/law/report/fit_document.h"
#include "sweeps/law/report/interval_method.h"
#include "sweeps/law/report/readings_document.h"

#include <fmt/format.h>

#include <cmath>

namespace enigma::law {

namespace {

std::string shown(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{:.5g}", *value) : "-";
}

std::string parameter_lines(const Fit& fit) {
  std::string text = fmt::format("  {:<12}{:>14}{:>14}{:>14}{:>12}  {}\n", "parameter", "value",
                                 "low", "high", "se", "verdict");
  for (const ParameterFit& p : fit.parameters) {
    text += fmt::format("  {:<12}{:>14}{:>14}{:>14}{:>12}  {}\n", p.name, shown(p.value),
                        shown(p.low), shown(p.high), shown(p.se), name_of(p.verdict));
  }
  if (!has_trade_off(fit.form)) {
    return text;  // a frontier's exponents are its parameters
  }
  text += fmt::format("  {:<12}{:>14}{:>14}{:>14}\n", "N_opt ~ C^a", shown(fit.a.value),
                      shown(fit.a.low), shown(fit.a.high));
  text += fmt::format("  {:<12}{:>14}{:>14}{:>14}\n", "D_opt ~ C^b", shown(fit.b.value),
                      shown(fit.b.low), shown(fit.b.high));
  if (!fit.cost.measured) { return text; }
  using Under = std::pair<const char*, Interval>;
  for (const auto& [name, under] :
       {Under("a under 6ND", fit.a_6nd), Under("b under 6ND", fit.b_6nd)}) {
    text += fmt::format("  {:<12}{:>14}{:>14}{:>14}\n", name, shown(under.value), shown(under.low),
                        shown(under.high));
  }
  return text;
}

std::string axes_line(const Fit& fit) {
  std::string text;
  for (const char axis : fit.axes) {
    const auto found = fit.axis_names.find(std::string(1, axis));
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", axis,
                        found == fit.axis_names.end() ? "?" : found->second);
  }
  return text;
}

std::string objective_line(const Fit& fit) {
  const Objective& o = fit.objective;
  const std::string delta = o.kind == ObjectiveKind::huber ? fmt::format(", delta = {:g}", o.delta)
                            : o.kind == ObjectiveKind::student
                                ? fmt::format(", {:g} degrees of freedom", o.freedom)
                                : "";
  return fmt::format("{} of {} residuals{}, {} = {:.10g}", name_of(o.kind),
                     o.space == Space::log ? "log" : "linear", delta,
                     o.reduction == Reduction::sum ? "sum" : "mean", fit.objective_value);
}

std::string interval_line(const Fit& fit) {
  const std::string line = fmt::format("{:g} %: {}", fit.level * 100, interval_method(fit));
  if (!refits_carry(fit)) { return line; }
  const bool by_cluster = fit.bootstrap.kind == Resampling::by_cluster;
  const std::string clusters = by_cluster ? fmt::format(" of {} clusters", fit.clusters) : "";
  return fmt::format(
      "{}; {} refits{} ({} converged), from their quantile {:.4f} to {:.4f}; verdicts by profile",
      line, fit.refits.resamples, clusters, fit.refits.converged, fit.tail, 1 - fit.tail);
}

std::string certificate_line(const Fit& fit) {
  if (is_frontier(fit.form)) { return "closed form: least squares in logarithms"; }
  const Certificate& c = fit.certificate;
  return fmt::format(
      "{} of {} starts agree, {} basins, relative gradient {:.1e} (BFGS, tolerance {:.0e}); second "
      "algorithm (reweighted Levenberg-Marquardt) {:.10g}",
      c.agreeing, c.starts, c.basins.size(), c.gradient_relative, fit.tolerance,
      c.second_objective);
}

std::string extrapolation_line(const Fit& fit) {
  if (!fit.extrapolation) { return "not possible: too few rows below any cut"; }
  const Extrapolation& e = *fit.extrapolation;
  return fmt::format(
      "fitted on {} rows below {:.3g}, predicts the {} above to {:.2f} % "
      "(worst {:.2f} %)",
      e.n_train, e.cut, e.n_test, 100 * e.mean_abs_rel, 100 * e.max_abs_rel);
}

std::string excluded_line(const Fit& fit) {
  const std::string why = reasons_of(fit.excluded);
  return fmt::format("{} used, {} excluded{}{}", rows_used(fit), rows_in(fit.excluded),
                     why.empty() ? "" : "; ", why);
}

std::string optimum_lines(const Fit& fit) {
  if (fit.optimum.empty()) { return ""; }
  std::string text = fmt::format("  {:<12}{:>14}{:>14}{:>14}{:>26}\n", "FLOPs", "best N", "best D",
                                 "loss", fmt::format("{:g} % interval", fit.level * 100));
  for (const OptimumAt& at : fit.optimum) {
    text += fmt::format("  {:<12.3g}{:>14}{:>14}{:>14}{:>26}\n", at.flops, shown(at.place.n),
                        shown(at.place.d), shown(at.place.loss),
                        at.low ? fmt::format("{:.5g} .. {:.5g}", *at.low, *at.high) : "-");
  }
  return text;
}

}  // namespace

namespace {

std::string whole(const Fit& fit, const std::optional<Appraisal>& appraisal) {
  std::string text = fit.formula + "\n" + parameter_lines(fit);
  const auto line = [&](const char* name, const std::string& value) {
    text += fmt::format("  {:<13}{}\n", name, value);
  };
  line("rows", excluded_line(fit));
  line("axes", axes_line(fit) + (has_trade_off(fit.form) ? "; " + formula_of(fit.cost) : ""));
  line("objective", objective_line(fit));
  line("certificate", certificate_line(fit));
  line("intervals", interval_line(fit));
  line("held out", extrapolation_line(fit));
  if (fit.size_doubling) {
    line("twice the N", in_words(*fit.size_doubling, fit.level) + " at the largest budget");
  }
  text += readings_text(fit) + optimum_lines(fit);
  if (appraisal) { text += to_text(*appraisal); }
  text += checklist_text(fit);
  for (const std::string& warning : fit.warnings) { line("warning", warning); }
  return text + "  " + fit.verdict.sentence + "\n";
}

}  // namespace

namespace {

/// What the data say of their own entropy, beside the fitted E.
std::string stated_line(const Study& study) {
  if (!study.irreducible_loss) { return ""; }
  std::string text =
      fmt::format("  the data state an irreducible loss of {:.5g}", *study.irreducible_loss);
  if (!study.pooled) { return text + "\n"; }
  for (const ParameterFit& p : study.pooled->parameters) {
    if (p.name != "E") { continue; }
    const bool inside = p.low.value_or(-HUGE_VAL) <= *study.irreducible_loss &&
                        *study.irreducible_loss <= p.high.value_or(HUGE_VAL);
    text += fmt::format("; fitted E {} [{}, {}], which {} it", shown(p.value), shown(p.low),
                        shown(p.high), inside ? "contains" : "does not contain");
  }
  return text + "\n";
}

}  // namespace

std::string to_text(const Fit& fit) {
  return whole(fit, std::nullopt);
}

std::string to_text(const Study& study) {
  const std::string stated = stated_line(study);
  if (study.by.empty()) { return whole(*study.pooled, study.appraisal) + stated; }
  std::string text;
  for (const GroupFit& one : study.fits) {
    text += fmt::format("{} = {}: {}\n", study.by, one.group, whole(one.fit, one.appraisal));
  }
  for (const RefusedGroup& one : study.refused) {
    text += fmt::format("{} = {}: not fitted: {}\n\n", study.by, one.group, one.why);
  }
  return text +
         (study.pooled ? "pooled over all rows: " + whole(*study.pooled, study.appraisal)
                       : "pooled: not fitted\n") +
         stated;
}

}  // namespace enigma::law
