// What the ranks of a step tell each other before it counts: what it gave, and what is wished, so
// that all of them step, keep, leave or fail together.
#pragma once

#include "model/shape/window_flops.h"
#include "worker/parallel/collectives.h"

#include <ATen/core/Tensor.h>

#include <memory>

namespace enigma::worker {

/// Of one rank; and, summed, of all.
struct StepWords {
  double loss = 0;  ///< this rank's share of the mean over all lanes
  model::TrainingFlops flops;
  double session_norms = 0;  ///< sum of gradient norms of the sessions drawn: finite, or not
  bool stop = false;         ///< asked to keep and leave
  bool checkpoint = false;   ///< asked to keep
  bool fenced = false;       ///< another attempt has taken over
  bool writing = false;      ///< files of a checkpoint are still being written
};

class Agreement {
 public:
  /// Starts to tell the others.
  Agreement(parallel::Collectives& collectives, const StepWords& own);

  /// The sums over ranks; a flag that one rank has set is set.
  StepWords wait();

 private:
  at::Tensor words_;
  std::unique_ptr<parallel::Pending> pending_;
};

}  // namespace enigma::worker
