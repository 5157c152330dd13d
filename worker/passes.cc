#include "worker/passes.h"

#include "worker/clock/clock.h"

#include <ATen/autocast_mode.h>

namespace enigma::worker {
namespace {

/// Matrix products in bfloat16, parameters in float32, while it lives.
class Autocast {
 public:
  Autocast(bool on, at::DeviceType device) : on_(on), device_(device) {
    if (!on_) { return; }
    at::autocast::set_autocast_enabled(device_, true);
    at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  }
  ~Autocast() {
    if (!on_) { return; }
    at::autocast::set_autocast_enabled(device_, false);
    at::autocast::clear_cache();
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
  at::DeviceType device_;
};

/// Some windows of a lane on their way.
struct Pass {
  size_t lane = 0;
  WindowRange windows;
  double share = 1;      ///< of the lane
  bool is_last = false;  ///< of this rank's in the step
};

std::vector<Pass> passes_of(const sweeps::Point& point, size_t lanes) {
  const int64_t count = point.windows_per_lane / point.accumulation;
  std::vector<Pass> passes;
  for (size_t lane = 0; lane < lanes; ++lane) {
    for (int64_t k = 0; k < point.accumulation; ++k) {
      passes.push_back({lane, {k * count, count}, 1 / static_cast<double>(point.accumulation)});
    }
  }
  passes.back().is_last = true;
  return passes;
}

LaneLoss forward(Training& training, const StepBatch& batch, const Pass& pass) {
  const Autocast autocast(training.file.point.precision == sweeps::Precision::bfloat16,
                          training.device.tensors.device().type());
  training.family->run_blocks_by(&training.learner.passes);
  LaneLoss done = training.family->forward(batch, pass.lane, pass.windows);
  training.family->run_blocks_by(nullptr);
  if (pass.share != 1) { done.loss = done.loss * pass.share; }
  return done;
}

/// Some windows forward and backward, added to `own`.
void run_pass(Training& training, const StepBatch& batch, const Pass& pass, TimeSplit& times,
              OwnPart& own) {
  SharedOptimizer& shared = *training.learner.shared;
  Stopwatch watch;
  shared.begin_pass(pass.is_last);
  LaneLoss done = forward(training, batch, pass);
  own.words.loss += done.loss.item<double>() / static_cast<double>(training.file.point.lanes);
  training.spent(times, Part::forward, watch.lap());
  done.loss.backward();
  done.loss.reset();  // frees what is left of the graph, which takes its time too
  shared.end_pass();
  training.spent(times, Part::backward, watch.lap());
  own.words.flops += done.flops;
  const bool is_new =
      done.session && (own.sessions.empty() || own.sessions.back() != *done.session);
  if (is_new) { own.sessions.push_back(*done.session); }
}

}  // namespace

OwnPart run_passes(Training& training, const StepBatch& batch, TimeSplit& times) {
  OwnPart own;
  for (const Pass& pass : passes_of(training.file.point, batch.lanes())) {
    run_pass(training, batch, pass, times, own);
  }
  return own;
}

}  // namespace enigma::worker
