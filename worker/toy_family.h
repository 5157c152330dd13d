// A family for tests of the loop: a line is fitted to points of sessions, one a lane, each with an
// offset.
#pragma once

#include "worker/family.h"

namespace enigma::worker {

std::unique_ptr<Family> open_toy(const RunSetup& setup);

/// A run of it.
sweeps::PointFile toy_file(int64_t steps, int64_t lanes);

}  // namespace enigma::worker
