#include "worker/step.h"

#include "worker/clock/clock.h"
#include "worker/ending.h"
#include "worker/schedule.h"

#include <ATen/autocast_mode.h>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

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

void check_finite(double value, const char* what, int64_t step) {
  if (std::isfinite(value)) { return; }
  throw Ending(protocol::ExitCode::non_finite, std::string(what) + " is " + std::to_string(value) +
                                                   " at step " + std::to_string(step));
}

/// What this rank's part of a step gave.
struct OwnPart {
  StepWords words;
  std::vector<size_t> sessions;  ///< that were drawn
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

/// Gradients and words become those of all ranks.
StepWords sum_over_ranks(Training& training, OwnPart& own, const std::vector<double>& norms,
                         TimeSplit& times) {
  Learner& learner = training.learner;
  own.words.session_norms = std::accumulate(norms.begin(), norms.end(), 0.0);
  learner.shared->start_sums();
  Agreement agreement(training.ranks.collectives, own.words);
  learner.shared->wait_for_sums();
  return agreement.wait(times.communication_exposed_s);
}

std::vector<double> session_norms(const Learner& learner, const std::vector<size_t>& sessions) {
  std::vector<double> norms;
  for (const size_t session : sessions) {
    norms.push_back(learner.sessions[session].optimizer.norm());
  }
  return norms;
}

/// Steps both classes. The norm of the shared gradient, which is checked before anything moves.
double update(Training& training, const OwnPart& own, const std::vector<double>& norms) {
  const sweeps::Point& point = training.file.point;
  const int64_t step = training.state.step;
  const LearningRateSchedule schedule{training.file.steps, point.warmup_steps, point.decay_steps};
  SharedOptimizer& shared = *training.learner.shared;
  const SharedRates rates{learning_rate(schedule, point.shared_lr, step),
                          learning_rate(schedule, point.muon_lr, step)};
  const double norm = shared.step(rates, point.lanes);
  check_finite(norm, "gradient norm", step);
  const double session_lr = learning_rate(schedule, point.session_lr, step);
  for (size_t i = 0; i < own.sessions.size(); ++i) {
    training.learner.sessions[own.sessions[i]].optimizer.step(session_lr, norms[i]);
  }
  return norm;
}

}  // namespace

StepResult train_step(Training& training, const StepBatch& batch, bool checkpoint_due,
                      TimeSplit& times) {
  const sweeps::Point& point = training.file.point;
  LoopState& state = training.state;
  const LearningRateSchedule schedule{training.file.steps, point.warmup_steps, point.decay_steps};
  StepResult result{.learning_rate = learning_rate(schedule, point.shared_lr, state.step)};
  OwnPart own;
  for (const Part& part : parts_of(point, batch.lanes())) {
    run_part(training, batch, part, times, own);
  }
  Stopwatch watch;
  const double exposed_before_s = times.communication_exposed_s;
  training.ask(own.words, checkpoint_due);
  const std::vector<double> norms = session_norms(training.learner, own.sessions);
  result.all = sum_over_ranks(training, own, norms, times);
  check_finite(result.all.loss, "training loss", state.step);
  check_finite(result.all.session_norms, "gradient norm of a session", state.step);
  result.grad_norm = update(training, own, norms);
  times.communication_exposed_s += training.learner.shared->take_waited_s();
  times.optimizer_s += watch.lap_s() - (times.communication_exposed_s - exposed_before_s);
  state.step += 1;
  state.windows += point.lanes * point.windows_per_lane;
  state.flops += result.all.flops;
  return result;
}

}  // namespace enigma::worker
