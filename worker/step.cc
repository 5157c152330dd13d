#include "worker/step.h"

#include "worker/clock.h"
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

/// A lane forward and backward, added to `own`.
void run_lane(Training& training, const StepBatch& batch, size_t lane, TimeSplit& times,
              OwnPart& own) {
  Stopwatch watch;
  double waited_s = training.learner.shared.wait_for_begin();
  training.family->before_each_block(
      [&](size_t block) { waited_s += training.learner.shared.wait_for_block(block); });
  LaneLoss done;
  {
    const Autocast autocast(training.file.point.precision == sweeps::Precision::bfloat16,
                            training.device.tensors.device().type());
    done = training.family->forward(batch, lane);
  }
  const double loss = done.loss.item<double>();
  training.family->before_each_block({});
  times.communication_exposed_s += waited_s;
  times.forward_s += watch.lap_s() - waited_s;
  if (lane + 1 == batch.lanes()) { training.learner.shared.expect_last_backward(); }
  done.loss.backward();
  done.loss.reset();  // frees what is left of the graph, which takes its time too
  times.backward_s += watch.lap_s();
  own.words.loss += loss / static_cast<double>(training.file.point.lanes);
  own.words.flops += done.flops;
  if (done.session) { own.sessions.push_back(*done.session); }
}

/// Gradients and words become those of all ranks.
StepWords sum_over_ranks(Training& training, OwnPart& own, const std::vector<double>& norms,
                         TimeSplit& times) {
  Learner& learner = training.learner;
  own.words.session_norms = std::accumulate(norms.begin(), norms.end(), 0.0);
  learner.shared.start_sums();
  Agreement agreement(training.ranks.collectives, own.words);
  times.communication_exposed_s += learner.shared.wait_for_sums();
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
  SharedOptimizer& shared = training.learner.shared;
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
  for (size_t lane = 0; lane < batch.lanes(); ++lane) {
    run_lane(training, batch, lane, times, own);
  }
  Stopwatch watch;
  const double exposed_before_s = times.communication_exposed_s;
  training.ask(own.words, checkpoint_due);
  const std::vector<double> norms = session_norms(training.learner, own.sessions);
  result.all = sum_over_ranks(training, own, norms, times);
  check_finite(result.all.loss, "training loss", state.step);
  check_finite(result.all.session_norms, "gradient norm of a session", state.step);
  result.grad_norm = update(training, own, norms);
  times.optimizer_s += watch.lap_s() - (times.communication_exposed_s - exposed_before_s);
  state.step += 1;
  state.windows += point.lanes * point.windows_per_lane;
  state.flops += result.all.flops;
  return result;
}

}  // namespace enigma::worker
