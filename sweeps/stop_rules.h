// `stop` of a spec: when its runs are to be held for what they report.
#pragma once

#include "input/fields.h"
#include "worker/protocol/stop_rule.h"

#include <vector>

namespace enigma::sweeps {

/// `[{if, over_steps}]`; what cannot be read, or names what no run reports, is a diagnostic.
std::vector<protocol::StopRule> read_stop_rules(const Document& document, const Json& json,
                                                std::vector<Diagnostic>& diagnostics);

}  // namespace enigma::sweeps
