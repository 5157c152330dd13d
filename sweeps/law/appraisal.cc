#include "sweeps/law/appraisal.h"

#include "sweeps/law/frontier.h"

namespace enigma::law {

namespace {

void add(std::vector<std::string>& warnings, const std::vector<std::string>& more) {
  warnings.insert(warnings.end(), more.begin(), more.end());
}

}  // namespace

Appraisal appraise(Fit& fit, const MappedTable& mapped, const FitOptions& options) {
  MappedTable rows = mapped;
  rows.table.rows = fit.rows;
  Appraisal appraisal{.approaches = approaches_of(fit, rows, options)};
  add(fit.warnings, disagreements(appraisal.approaches));
  if (is_frontier(fit.form)) return appraisal;
  appraisal.selection = select_form(fit, options);
  appraisal.influence = influence_of(fit, options);
  appraisal.sensitivity = sensitivity_of(fit, options, appraisal.influence->residual_sd);
  add(fit.warnings, influence_warnings(fit, *appraisal.influence));
  add(fit.warnings, sensitivity_warnings(fit, appraisal.sensitivity));
  return appraisal;
}

}  // namespace enigma::law
