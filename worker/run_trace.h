// The trace of an attempt: what its ranks have kept, in one file.
#pragma once

#include "worker/environment.h"
#include "worker/parallel/collectives.h"
#include "worker/trace/trace.h"

#include <optional>

namespace enigma::worker {

/// Of this rank, where the environment asks for one.
std::optional<Trace> start_trace(const Environment& environment);

/// Brings the ranks' events together, and lets rank 0 write them to the environment's file. All
/// ranks have a trace and call it, or none has.
void write_trace(const std::optional<Trace>& trace, const Environment& environment,
                 parallel::Collectives& collectives);

}  // namespace enigma::worker
