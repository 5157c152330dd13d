// The families that this program trains.
#pragma once

#include "worker/family.h"

#include <string>

namespace enigma::worker {

/// Of the point's family. Throws Ending(64) where this program knows none of that name.
OpenFamily family_of(const sweeps::Point& point);

}  // namespace enigma::worker
