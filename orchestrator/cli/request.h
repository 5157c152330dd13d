// What cancel and resume have in common: a name, asked of the controller, answered in words.
#pragma once

#include "orchestrator/cli/invocation.h"

namespace enigma::cli {

/// `path` is the controller's address, `done` the word for the runs that changed ("cancelled").
/// Starts a controller where none runs: it is the one writer of the store.
int request_runs(const Invocation& invocation, const std::string& path, const std::string& done);

}  // namespace enigma::cli
