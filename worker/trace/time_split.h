// Where the wall time of steps went.
#pragma once

#include "worker/trace/part.h"

namespace enigma::worker {

/// Sums over some steps. `total_s` is measured on its own: what no part explains is other_s().
struct TimeSplit {
  double data_wait_s = 0, forward_s = 0, backward_s = 0, communication_exposed_s = 0,
         optimizer_s = 0, checkpoint_s = 0, evaluation_s = 0, total_s = 0;

  double& of(Part part) {
    switch (part) {
      case Part::data:
        return data_wait_s;
      case Part::forward:
        return forward_s;
      case Part::backward:
        return backward_s;
      case Part::communication:
        return communication_exposed_s;
      case Part::optimizer:
        return optimizer_s;
      case Part::checkpoint:
        return checkpoint_s;
      case Part::evaluation:
        break;
    }
    return evaluation_s;
  }
  double other_s() const {
    return total_s - data_wait_s - forward_s - backward_s - communication_exposed_s - optimizer_s -
           checkpoint_s - evaluation_s;
  }
};

}  // namespace enigma::worker
