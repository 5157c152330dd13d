// What the ranks of a step tell each other before it counts: what it gave, and what is wished, so
// that all of them step, keep, leave or fail together.
#pragma once

#include "worker/parallel/collectives.h"

#include <ATen/core/Tensor.h>

#include <memory>

namespace enigma::worker {

/// Of one rank; and, summed, of all.
struct StepWords {
  double loss = 0;           ///< this rank's share of the mean over all lanes
  double flops = 0;          ///< dense convention
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

  /// The sums over ranks; a flag that one rank has set is set. Adds the seconds waited.
  StepWords wait(double& waited_s);

 private:
  at::Tensor words_;
  std::unique_ptr<parallel::Pending> pending_;
};

}  // namespace enigma::worker
