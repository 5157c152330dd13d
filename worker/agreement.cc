#include "worker/agreement.h"

#include <ATen/Functions.h>

#include <vector>

namespace enigma::worker {

Agreement::Agreement(parallel::Collectives& collectives, const StepWords& own)
    : words_(at::tensor(
          std::vector<double>{own.loss, own.flops.dense, own.flops.masked, own.flops.executed,
                              own.session_norms, own.stop ? 1.0 : 0.0, own.checkpoint ? 1.0 : 0.0,
                              own.fenced ? 1.0 : 0.0, own.writing ? 1.0 : 0.0},
          at::kDouble)),
      pending_(collectives.all_reduce(words_)) {}

StepWords Agreement::wait() {
  pending_->wait();
  const double* words = words_.const_data_ptr<double>();
  return {.loss = words[0],
          .flops = {words[1], words[2], words[3]},
          .session_norms = words[4],
          .stop = words[5] > 0,
          .checkpoint = words[6] > 0,
          .fenced = words[7] > 0,
          .writing = words[8] > 0};
}

}  // namespace enigma::worker
