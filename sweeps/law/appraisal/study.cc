#include "sweeps/law/appraisal/study.h"

#include "diagnostics/nearest.h"
#include "sweeps/law/fit/frontier.h"
#include "sweeps/law/fit/mixed_units.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

double unique_data(const std::vector<Row>& rows) {
  double most = 0;
  for (const Row& row : rows) {
    if (std::isfinite(row.u)) { most = std::max(most, row.u); }
  }
  return most;
}

/// Groups in the order in which they should be told: little data first.
std::vector<std::pair<std::string, MappedTable>> groups_of(const MappedTable& mapped) {
  std::map<std::string, MappedTable> by_name;
  for (const Row& row : mapped.table.rows) {
    MappedTable& part = by_name[row.subset];
    if (part.table.rows.empty()) { part.table = without_rows(mapped.table); }
    part.table.rows.push_back(row);
  }
  std::vector<std::pair<std::string, MappedTable>> groups(by_name.begin(), by_name.end());
  std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
    return unique_data(a.second.table.rows) < unique_data(b.second.table.rows);
  });
  return groups;
}

void check_form(const std::string& form) {
  std::vector<std::string> names = form_names();
  for (const std::string& name : frontier_names()) { names.push_back(name); }
  if (std::find(names.begin(), names.end(), form) != names.end()) { return; }
  throw InputError({{.message = "--form: there is no such form",
                     .expected = fmt::format("{}", fmt::join(names, ", ")),
                     .found = form,
                     .suggestion = suggest_name(form, names)}});
}

Fit fit_of(const MappedTable& mapped, const FitOptions& options, const Cost& cost) {
  if (is_frontier(options.form)) { return frontier_fit(mapped, options, cost); }
  Fit fit = fit_table(mapped, options, cost);
  if (const auto suspicion = mixed_units(fit, options)) { fit.warnings.push_back(*suspicion); }
  return fit;
}

}  // namespace

Study study_table(const MappedTable& mapped, const FitOptions& options, const std::string& by,
                  bool sweep) {
  check_form(options.form);
  // A table whose FLOPs are not 6ND has its own: an optimum under 6ND would miss its data.
  const bool own = sweep || !is_six_nd(mapped.table);
  const Cost cost = own ? measured_cost(mapped.table).value_or(Cost{}) : Cost{};
  Study study{.by = by};
  if (by.empty()) {
    study.pooled = fit_of(mapped, options, cost);
    return study;
  }
  for (const auto& [group, part] : groups_of(mapped)) {
    try {
      study.fits.push_back({group, fit_of(part, options, cost), std::nullopt});
    } catch (const FitRefused& refused) { study.refused.push_back({group, refused.what()}); }
  }
  try {
    study.pooled = fit_of(mapped, options, cost);
  } catch (const FitRefused&) {
    if (study.fits.empty()) { throw; }
  }
  return study;
}

void extrapolate_from(Study& study, const FitOptions& options, double cut) {
  const auto form = form_named(options.form);
  if (!form) {
    throw InputError({{.message = "--cut: the form " + options.form + " is not extrapolated",
                       .expected = "a fitted form"}});
  }
  const auto at_cut = [&](Fit& fit) {
    fit.extrapolation = extrapolate(*form, fit.rows, fit.axes, fit.objective, options.holds, cut,
                                    options.starts, options.threads);
  };
  for (GroupFit& one : study.fits) { at_cut(one.fit); }
  if (study.pooled) { at_cut(*study.pooled); }
}

void appraise(Study& study, const MappedTable& mapped, const FitOptions& options) {
  for (GroupFit& one : study.fits) { one.appraisal = appraise(one.fit, mapped, options); }
  if (study.pooled) { study.appraisal = appraise(*study.pooled, mapped, options); }
}

}  // namespace enigma::law
