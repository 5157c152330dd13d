// The brain model to plans and settings: recordings of neurons, one session a lane.
#pragma once

#include "sweeps/family.h"

namespace enigma::sweeps {

const Family& brain_family();

}  // namespace enigma::sweeps
