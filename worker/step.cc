#include "worker/step.h"

#include "worker/clock.h"
#include "worker/ending.h"
#include "worker/schedule.h"

#include <ATen/autocast_mode.h>

#include <cmath>
#include <optional>
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

/// A lane forward and backward, added to `result`. Returns the session whose parameters it used.
std::optional<size_t> run_lane(Training& training, const StepBatch& batch, size_t lane,
                               TimeSplit& times, StepResult& result) {
  Stopwatch watch;
  LaneLoss done;
  {
    const Autocast autocast(training.file.point.precision == sweeps::Precision::bfloat16,
                            training.device.tensors.device().type());
    done = training.family->forward(batch, lane);
  }
  const double loss = done.loss.item<double>();
  times.forward_s += watch.lap_s();
  check_finite(loss, "training loss", training.state.step);
  done.loss.backward();
  done.loss.reset();  // frees what is left of the graph, which takes its time too
  times.backward_s += watch.lap_s();
  result.loss += loss / static_cast<double>(batch.lanes());
  result.flops += done.flops;
  return done.session;
}

double update(Training& training, const std::vector<size_t>& sessions, int64_t lanes,
              double shared_lr) {
  const sweeps::Point& point = training.file.point;
  const Schedule schedule{training.file.steps, point.warmup_steps, point.decay_steps};
  const double session_lr = learning_rate(schedule, point.session_lr, training.state.step);
  for (const size_t session : sessions) {
    check_finite(training.learner.sessions[session].optimizer.step(session_lr),
                 "gradient norm of a session", training.state.step);
  }
  const double muon_lr = learning_rate(schedule, point.muon_lr, training.state.step);
  const double norm = training.learner.shared.step({shared_lr, muon_lr}, lanes);
  check_finite(norm, "gradient norm", training.state.step);
  return norm;
}

}  // namespace

StepResult train_step(Training& training, const StepBatch& batch, TimeSplit& times) {
  const sweeps::Point& point = training.file.point;
  LoopState& state = training.state;
  const Schedule schedule{training.file.steps, point.warmup_steps, point.decay_steps};
  StepResult result{.learning_rate = learning_rate(schedule, point.shared_lr, state.step)};
  std::vector<size_t> sessions;  // that were drawn
  for (size_t lane = 0; lane < batch.lanes(); ++lane) {
    const auto session = run_lane(training, batch, lane, times, result);
    if (session) { sessions.push_back(*session); }
  }
  Stopwatch watch;
  result.grad_norm =
      update(training, sessions, static_cast<int64_t>(batch.lanes()), result.learning_rate);
  times.optimizer_s += watch.lap_s();
  state.step += 1;
  state.windows += point.lanes * point.windows_per_lane;
  state.flops += result.flops;
  return result;
}

}  // namespace enigma::worker
