// The ranks of an attempt come together.
#pragma once

#include "sweeps/point.h"
#include "worker/environment.h"
#include "worker/parallel/collectives.h"

#include <memory>

namespace enigma::worker {

/// What this process does with the others of its attempt, which meet in the attempt's folder; alone
/// where there are none. Throws PeerLost where they do not all come in time.
std::unique_ptr<parallel::Collectives> join(const Environment& environment);

/// Throws Ending(64) where the lanes of a point cannot be dealt evenly to the ranks.
void check_lanes(const Environment& environment, const sweeps::Point& point);

}  // namespace enigma::worker
