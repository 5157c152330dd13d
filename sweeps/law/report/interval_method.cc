#include "sweeps/law/report/interval_method.h"

#include "sweeps/law/fit/fit.h"

#include <fmt/format.h>

namespace enigma::law {

std::string interval_method(const Fit& fit) {
  if (fit.readings.isoflop) { return "least squares on the vertices, Student t"; }
  if (fit.bootstrap.kind == Resampling::none) { return "profile"; }
  if (fit.readings.envelope || refits_carry(fit)) {
    return name_of(fit.bootstrap.kind) + " bootstrap, calibrated percentile";
  }
  return fmt::format("profile ({} of {} {} refits converged)", fit.refits.converged,
                     fit.refits.resamples, name_of(fit.bootstrap.kind));
}

}  // namespace enigma::law
