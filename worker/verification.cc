#include "worker/verification.h"

#include "worker/clock/clock.h"
#include "worker/ending.h"

#include <ATen/Functions.h>

#include <string>
#include <vector>

namespace enigma::worker {
namespace {

std::vector<at::Tensor> copies_of(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> copies;
  for (const at::Tensor& tensor : tensors) { copies.push_back(tensor.detach().clone()); }
  return copies;
}

bool same_bits(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  if (a.size() != b.size()) { return false; }
  for (size_t i = 0; i < a.size(); ++i) {
    if (!at::equal(a[i], b[i])) { return false; }
  }
  return true;
}

/// The ranks that say yes, as "1, 5"; the same on all.
std::string ranks_where(const parallel::Ranks& ranks, bool yes) {
  at::Tensor said = at::zeros({ranks.world()}, at::kDouble);
  if (yes) { said[ranks.rank()] = 1; }
  ranks.complete(said);
  std::string text;
  for (int64_t rank = 0; rank < ranks.world(); ++rank) {
    if (said[rank].item<double>() == 0) { continue; }
    text += (text.empty() ? "" : ", ") + std::to_string(rank);
  }
  return text;
}

}  // namespace

bool is_verified(const Training& training) {
  const int64_t every = training.file.point.verify_step_every;
  return every > 0 && (training.state.step + 1) % every == 0;
}

void verify(Training& training, const StepBatch& batch, const OwnPart& first, TimeSplit& times) {
  Learner& learner = training.learner;
  const std::vector<at::Tensor> before = copies_of(learner.gradients(first.sessions));
  learner.drop_gradients(first.sessions);
  const OwnPart second = run_passes(training, batch, times);
  Stopwatch watch;
  learner.shared->start_sums();
  learner.shared->wait_for_sums();
  training.spent(times, Part::optimizer, watch.lap());
  const bool same =
      second.words.loss == first.words.loss && same_bits(before, learner.gradients(first.sessions));
  const std::string differing = ranks_where(training.ranks, !same);
  if (differing.empty()) { return; }
  throw Ending(protocol::ExitCode::fault,
               "step " + std::to_string(training.state.step + 1) +
                   ", worked out twice, gave other bits on rank " + differing +
                   ": its device, memory or driver computes wrongly",
               protocol::FailureClass::hardware);
}

}  // namespace enigma::worker
