// What must be said with every fit for another to trust or repeat it ("(Mis)Fitting" survey, Li et
// al. 2025; Besiroglu et al. 2024): one list, as JSON and as a block for people.
#pragma once

#include "sweeps/law/fit/fit.h"

#include <nlohmann/json.hpp>

namespace enigma::law {

/// Form, objective with δ and reduction, optimiser with tolerance and starts, rows used and left
/// out with reasons, definitions of the axes, schedule, seeds, intervals, held-out error, residual
/// width, correlations of parameters. What nobody stated is null.
nlohmann::ordered_json checklist_json(const Fit& fit);

/// The same, "item: answer" a line; "not stated" where it is null.
std::string checklist_text(const Fit& fit);

}  // namespace enigma::law
