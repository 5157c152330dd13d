// A fit as the contract's JSON and as a block for people, from the same struct.
#pragma once

#include "sweeps/law/appraisal/study.h"

#include <nlohmann/json.hpp>

namespace enigma::law {

/// The keys of `fit`; what is not identified or beyond double range is null. `seconds` is measured
/// by the caller.
nlohmann::ordered_json to_json(const Fit& fit, std::optional<double> seconds);

/// One fit's keys, or `{fits: [{group, …}], refused: […], pooled: {…}|null}`.
nlohmann::ordered_json to_json(const Study& study, std::optional<double> seconds);

/// Parameters with intervals and verdicts, exponents, certificate, rows, objective, method,
/// held-out error, the sentence: the checklist of a fit that can be trusted.
std::string to_text(const Fit& fit);
std::string to_text(const Study& study);

nlohmann::ordered_json to_json(const Verdict& verdict);

}  // namespace enigma::law
