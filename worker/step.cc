#include "worker/step.h"

#include "model/brain/losses.h"
#include "worker/clock.h"
#include "worker/ending.h"
#include "worker/schedule.h"

#include <ATen/autocast_mode.h>

#include <cmath>
#include <string>

namespace enigma::worker {
namespace {

/// Matrix products in bfloat16, parameters in float32, while it lives.
class Autocast {
 public:
  explicit Autocast(bool on) : on_(on) {
    if (!on_) { return; }
    at::autocast::set_autocast_enabled(at::kCPU, true);
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  }
  ~Autocast() {
    if (!on_) { return; }
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
};

void check_finite(double value, const char* what, int64_t step) {
  if (std::isfinite(value)) { return; }
  throw Ending(protocol::ExitCode::non_finite, std::string(what) + " is " + std::to_string(value) +
                                                   " at step " + std::to_string(step));
}

double run_lane(Training& training, const LaneBatch& lane, size_t strategy, TimeSplit& times) {
  Stopwatch watch;
  model::Losses losses;
  {
    const Autocast autocast(training.file.point.precision == sweeps::Precision::bfloat16);
    losses = model::losses_of(training.learner.model.forward(
        lane.batch, training.strategies.resolved[strategy][lane.session]));
  }
  const double loss = losses.total.item<double>();
  times.forward_s += watch.lap_s();
  check_finite(loss, "training loss", training.state.step);
  losses.total.backward();
  losses = {};  // frees what is left of the graph, which takes its time too
  times.backward_s += watch.lap_s();
  return loss;
}

double update(Training& training, const StepBatch& batch, double shared_lr) {
  const sweeps::Point& point = training.file.point;
  const Schedule schedule{training.file.steps, point.warmup_steps, point.decay_steps};
  const double session_lr = learning_rate(schedule, point.session_lr, training.state.step);
  for (const LaneBatch& lane : batch.lanes) {
    check_finite(training.learner.sessions[lane.session].step(session_lr),
                 "gradient norm of a session", training.state.step);
  }
  const double norm =
      training.learner.shared.step(shared_lr, static_cast<int64_t>(batch.lanes.size()));
  check_finite(norm, "gradient norm", training.state.step);
  return norm;
}

}  // namespace

StepResult train_step(Training& training, const StepBatch& batch, TimeSplit& times) {
  const sweeps::Point& point = training.file.point;
  LoopState& state = training.state;
  const Schedule schedule{training.file.steps, point.warmup_steps, point.decay_steps};
  StepResult result{.learning_rate = learning_rate(schedule, point.shared_lr, state.step)};
  const auto lanes = static_cast<double>(batch.lanes.size());
  for (const LaneBatch& lane : batch.lanes) {
    result.loss += run_lane(training, lane, batch.strategy, times) / lanes;
    result.flops += training.strategies.training_flops[batch.strategy][lane.session] *
                    static_cast<double>(point.windows_per_lane);
  }
  Stopwatch watch;
  result.grad_norm = update(training, batch, result.learning_rate);
  times.optimizer_s += watch.lap_s();
  state.step += 1;
  state.windows += point.lanes * point.windows_per_lane;
  state.flops += result.flops;
  return result;
}

}  // namespace enigma::worker
