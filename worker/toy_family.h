// A family for tests of the loop: a line is fitted to points of sessions, one a lane, each with an
// offset.
#pragma once

#include "worker/family.h"

namespace enigma::worker {

std::unique_ptr<Family> open_toy(const RunSetup& setup);

}  // namespace enigma::worker
