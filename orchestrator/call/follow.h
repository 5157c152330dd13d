// `--wait`: looks at a sweep until nothing of it runs or waits, and tells how far it is.
#pragma once

#include "orchestrator/call/invocation.h"

#include <optional>
#include <string>

namespace enigma::cli {

/// kDone when every run is done, kRunEnded when one ended for good without its target, kHeld when
/// one rests, kInterrupted after Ctrl-C (what was submitted goes on). A controller that dies
/// meanwhile is started again, and that is said. Progress goes to standard error: in place on a
/// terminal, a line per change elsewhere.
int follow(const Invocation& invocation, const std::string& sweep);

/// What to tell where the store's controller had ended: another was started in the background.
/// Throws what ensure_controller throws.
std::optional<std::string> keep_controller(const Invocation& invocation);

}  // namespace enigma::cli
