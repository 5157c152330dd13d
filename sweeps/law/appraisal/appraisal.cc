#include "sweeps/law/appraisal/appraisal.h"

#include "sweeps/law/fit/frontier.h"

namespace enigma::law {

namespace {

void add(std::vector<std::string>& warnings, const std::vector<std::string>& more) {
  warnings.insert(warnings.end(), more.begin(), more.end());
}

/// The fit with rows of numbers alone: what is refitted often is copied often.
Fit bare(const Fit& fit) {
  Fit copy = fit;
  for (Row& row : copy.rows) { row.columns = {}; }
  return copy;
}

}  // namespace

Appraisal appraise(Fit& fit, const MappedTable& mapped, const FitOptions& options) {
  const Fit known = bare(fit);
  MappedTable rows{.table = without_rows(mapped.table)};
  rows.table.rows = known.rows;
  Appraisal appraisal{.approaches = approaches_of(known, rows, options)};
  add(fit.warnings, disagreements(appraisal.approaches));
  if (is_frontier(fit.form)) { return appraisal; }
  appraisal.selection = select_form(known, options);
  appraisal.influence = influence_of(known, options);
  appraisal.sensitivity = sensitivity_of(known, options, appraisal.influence->residual_sd);
  add(fit.warnings, influence_warnings(known, *appraisal.influence));
  add(fit.warnings, sensitivity_warnings(known, appraisal.sensitivity));
  return appraisal;
}

}  // namespace enigma::law
