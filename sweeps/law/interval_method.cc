#include "sweeps/law/interval_method.h"

#include "sweeps/law/fit.h"

namespace enigma::law {

std::string interval_method(const Fit& fit) {
  if (fit.readings.isoflop) return "least squares on the vertices, Student t";
  if (fit.bootstrap.kind == Resampling::none) return "profile";
  return name_of(fit.bootstrap.kind) + " bootstrap, calibrated percentile";
}

}  // namespace enigma::law
