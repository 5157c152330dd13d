#include "worker/agreement.h"

#include "worker/clock/clock.h"

#include <ATen/Functions.h>

#include <vector>

namespace enigma::worker {

Agreement::Agreement(parallel::Collectives& collectives, const StepWords& own)
    : words_(at::tensor(std::vector<double>{own.loss, own.flops, own.session_norms,
                                            own.stop ? 1.0 : 0.0, own.checkpoint ? 1.0 : 0.0,
                                            own.fenced ? 1.0 : 0.0, own.writing ? 1.0 : 0.0},
                        at::kDouble)),
      pending_(collectives.all_reduce(words_)) {}

StepWords Agreement::wait(double& waited_s) {
  Stopwatch watch;
  pending_->wait();
  waited_s += watch.lap_s();
  const double* words = words_.const_data_ptr<double>();
  return {words[0], words[1], words[2], words[3] > 0, words[4] > 0, words[5] > 0, words[6] > 0};
}

}  // namespace enigma::worker
