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
struct Part {
  size_t lane = 0;
  WindowRange windows;
  double share = 1;      ///< of the lane
  bool is_last = false;  ///< of this rank's in the step
};

std::vector<Part> parts_of(const sweeps::Point& point, size_t lanes) {
  const int64_t count = point.windows_per_lane / point.accumulation;
  std::vector<Part> parts;
  for (size_t lane = 0; lane < lanes; ++lane) {
    for (int64_t k = 0; k < point.accumulation; ++k) {
      parts.push_back({lane, {k * count, count}, 1 / static_cast<double>(point.accumulation)});
    }
  }
  parts.back().is_last = true;
  return parts;
}

LaneLoss forward(Training& training, const StepBatch& batch, const Part& part) {
  const Autocast autocast(training.file.point.precision == sweeps::Precision::bfloat16,
                          training.device.tensors.device().type());
  training.family->run_blocks_by(&training.learner.passes);
  LaneLoss done = training.family->forward(batch, part.lane, part.windows);
  training.family->run_blocks_by(nullptr);
  if (part.share != 1) { done.loss = done.loss * part.share; }
  return done;
}

/// Some windows forward and backward, added to `own`.
void run_part(Training& training, const StepBatch& batch, const Part& part, TimeSplit& times,
              OwnPart& own) {
  SharedOptimizer& shared = *training.learner.shared;
  Stopwatch watch;
  shared.begin_pass(part.is_last);
  LaneLoss done = forward(training, batch, part);
  own.words.loss += done.loss.item<double>() / static_cast<double>(training.file.point.lanes);
  times.forward_s += times.own_s(watch.lap_s(), shared.take_waited_s());
  done.loss.backward();
  done.loss.reset();  // frees what is left of the graph, which takes its time too
  shared.end_pass();
  times.backward_s += times.own_s(watch.lap_s(), shared.take_waited_s());
  own.words.flops += done.flops;
  const bool is_new =
      done.session && (own.sessions.empty() || own.sessions.back() != *done.session);
  if (is_new) { own.sessions.push_back(*done.session); }
}

}  // namespace

OwnPart run_passes(Training& training, const StepBatch& batch, TimeSplit& times) {
  OwnPart own;
  for (const Part& part : parts_of(training.file.point, batch.lanes())) {
    run_part(training, batch, part, times, own);
  }
  return own;
}

}  // namespace enigma::worker
