// What stands beside a fitted law before it is trusted: other approaches, other forms, single runs,
// other choices.
#pragma once

#include "sweeps/law/appraisal/approaches.h"
#include "sweeps/law/appraisal/influence.h"
#include "sweeps/law/appraisal/selection.h"
#include "sweeps/law/appraisal/sensitivity.h"

namespace enigma::law {

struct Appraisal {
  std::vector<Approach> approaches;
  // Of fitted forms; the forms that read a frontier off the rows have no rivals and no residuals.
  std::optional<Selection> selection;
  std::optional<Influence> influence;
  std::vector<Variant> sensitivity;
};

/// Everything at once; what it warns of is added to the fit's own warnings.
Appraisal appraise(Fit& fit, const MappedTable& mapped, const FitOptions& options);

}  // namespace enigma::law
