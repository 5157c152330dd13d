// What a step waits for most.
#pragma once

#include "worker/trace/time_split.h"

namespace enigma::worker {

/// What the largest share of a step goes to.
enum class Limit {
  compute,        ///< forward, backward and the optimiser
  data,           ///< waiting for its batch
  communication,  ///< waiting for other ranks
};
const char* name_of(Limit limit);

Limit limit_of(const TimeSplit& times);

}  // namespace enigma::worker
