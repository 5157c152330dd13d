#include "sweeps/law/appraisal/approaches.h"

#include "sweeps/law/fit/frontier.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// What stands beside a fit need not cost as much as the fit.
constexpr int kResamples = 200;
constexpr int kStarts = 64;
/// Without intervals a difference of less than this is no disagreement.
constexpr double kNoInterval = 0.05;

std::string note_of(const Fit& fit) {
  if (fit.verdict.code != VerdictCode::ok) { return fit.verdict.sentence; }
  if (const auto& isoflop = fit.readings.isoflop) {
    return fmt::format("{} of {} budgets have a vertex", vertices(*isoflop),
                       isoflop->valleys.size());
  }
  if (fit.readings.envelope) {
    return fmt::format("{} of {} runs are on the envelope", fit.readings.envelope->rows.size(),
                       fit.rows.size());
  }
  return "fitted to all rows";
}

int used_by(const Fit& fit) {
  if (fit.readings.isoflop) { return vertices(*fit.readings.isoflop); }
  if (fit.readings.envelope) { return static_cast<int>(fit.readings.envelope->rows.size()); }
  return static_cast<int>(fit.rows.size());
}

Approach approach_of(const Fit& fit) {
  return {.form = fit.form,
          .n_used = used_by(fit),
          .a = fit.a,
          .b = fit.b,
          .verdict = name_of(fit.verdict.code),
          .note = note_of(fit)};
}

Approach other(const std::string& form, const MappedTable& mapped, const FitOptions& options,
               const Cost& cost) {
  FitOptions quick = options;
  quick.form = form;
  quick.holds.clear();
  quick.starts = std::min(options.starts, kStarts);
  quick.bootstrap.resamples = std::min(options.bootstrap.resamples, kResamples);
  try {
    return approach_of(is_frontier(form) ? frontier_fit(mapped, quick, cost)
                                         : fit_table(mapped, quick, cost));
  } catch (const FitRefused& refused) {
    return {.form = form, .verdict = "refused", .note = refused.what()};
  }
}

std::optional<double> half_width(const Interval& interval) {
  if (!interval.low || !interval.high) { return std::nullopt; }
  return (*interval.high - *interval.low) / 2;
}

std::string shown(const Approach& approach) {
  const Interval& a = approach.a;
  if (!half_width(a)) { return fmt::format("{} says a = {:.3f}", approach.form, *a.value); }
  return fmt::format("{} says a = {:.3f} [{:.3f}, {:.3f}]", approach.form, *a.value, *a.low,
                     *a.high);
}

}  // namespace

std::vector<Approach> approaches_of(const Fit& fit, const MappedTable& mapped,
                                    const FitOptions& options) {
  const Table& table = mapped.table;
  if (!table.has('N') || !(table.has('D') || table.has('C'))) { return {}; }
  std::vector<Approach> approaches = {approach_of(fit)};
  for (const char* form : {"envelope", "isoflop:parabola", "isoflop:akima", "chinchilla"}) {
    if (form == fit.form || (form == std::string("chinchilla") && !table.has('D'))) { continue; }
    approaches.push_back(other(form, mapped, options, fit.cost));
  }
  return approaches;
}

std::vector<std::string> disagreements(const std::vector<Approach>& approaches) {
  std::vector<std::string> sentences;
  const Approach* first = nullptr;
  for (const Approach& approach : approaches) {
    if (!approach.a.value) { continue; }
    if (first == nullptr) {
      first = &approach;
      continue;
    }
    const auto one = half_width(first->a), two = half_width(approach.a);
    const double allowed = one && two ? std::hypot(*one, *two) : kNoInterval;
    const double apart = std::abs(*first->a.value - *approach.a.value);
    if (apart <= allowed) { continue; }
    sentences.push_back(fmt::format(
        "the approaches disagree: {}, {}; sizes off the centre of their valleys, outliers and "
        "unequal exponents are the usual reasons",
        shown(*first), shown(approach)));
  }
  return sentences;
}

}  // namespace enigma::law
