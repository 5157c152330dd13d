#include "worker/step.h"

#include "worker/clock/clock.h"
#include "worker/ending.h"
#include "worker/passes.h"
#include "worker/schedule.h"
#include "worker/spikes.h"
#include "worker/verification.h"

#include <numeric>
#include <utility>
#include <vector>

namespace enigma::worker {
namespace {

/// Gradients and words become those of all ranks.
StepWords sum_over_ranks(Training& training, OwnPart& own, const std::vector<double>& norms) {
  Learner& learner = training.learner;
  own.words.session_norms = std::accumulate(norms.begin(), norms.end(), 0.0);
  learner.shared->start_sums();
  Agreement agreement(training.ranks.collectives, own.words);
  learner.shared->wait_for_sums();
  Stopwatch watch;
  const StepWords all = agreement.wait();
  learner.shared->add_wait(watch.lap());
  return all;
}

std::vector<double> session_norms(const Learner& learner, const std::vector<size_t>& sessions) {
  std::vector<double> norms;
  for (const size_t session : sessions) {
    norms.push_back(learner.sessions[session].optimizer.norm());
  }
  return norms;
}

/// What is wrong with a step, where the point does not end the run for it. Every rank sees the same
/// signs, and comes to the same. Throws Ending(71).
std::optional<std::string> spike_of(const sweeps::Point& point, LoopState& state,
                                    const StepSigns& signs) {
  const bool stops = point.spikes == sweeps::Spikes::stop;
  auto what = stops ? non_finite_in(signs) : spike_in(state.history, signs, point.spike_deviations);
  if (!what) {
    if (!stops) { remember(state.history, signs); }
    return std::nullopt;
  }
  const std::string where = " at step " + std::to_string(state.step + 1);
  if (stops) { throw Ending(protocol::ExitCode::non_finite, *what + where); }
  if (state.spikes >= point.spikes_max) {
    throw Ending(protocol::ExitCode::non_finite, *what + where + "; train.spikes_max allows " +
                                                     std::to_string(point.spikes_max) +
                                                     " such steps, which there were before");
  }
  state.spikes += 1;
  return what;
}

/// Steps both classes.
void update(Training& training, const OwnPart& own, const std::vector<double>& norms) {
  const sweeps::Point& point = training.file.point;
  const int64_t step = training.state.step;
  const LearningRateSchedule schedule{training.file.steps, point.warmup_steps, point.decay_steps};
  const SharedRates rates{learning_rate(schedule, point.shared_lr, step),
                          learning_rate(schedule, point.muon_lr, step)};
  training.learner.shared->step(rates, point.lanes);
  const double session_lr = learning_rate(schedule, point.session_lr, step);
  for (size_t i = 0; i < own.sessions.size(); ++i) {
    training.learner.sessions[own.sessions[i]].optimizer.step(session_lr, norms[i]);
  }
}

void advance(Training& training, double dense_flops) {
  const sweeps::Point& point = training.file.point;
  training.state.step += 1;
  training.state.windows += point.lanes * point.windows_per_lane;
  training.state.flops += dense_flops;
}

/// Counts the time of `work` as the optimiser's, but for what it waited for other ranks.
template <typename Work>
void as_optimizer(Training& training, TimeSplit& times, const Work& work) {
  Stopwatch watch;
  work();
  training.spent(times, Part::optimizer, watch.lap());
}

}  // namespace

StepResult train_step(Training& training, const StepBatch& batch, bool checkpoint_due,
                      TimeSplit& times) {
  const sweeps::Point& point = training.file.point;
  Learner& learner = training.learner;
  const LearningRateSchedule schedule{training.file.steps, point.warmup_steps, point.decay_steps};
  StepResult result{.learning_rate = learning_rate(schedule, point.shared_lr, training.state.step)};
  OwnPart own = run_passes(training, batch, times);
  std::vector<double> norms;
  as_optimizer(training, times, [&] {
    training.ask(own.words, checkpoint_due);
    norms = session_norms(learner, own.sessions);
    result.all = sum_over_ranks(training, own, norms);
    result.grad_norm = learner.shared->norm(point.lanes);
    result.spike = spike_of(point, training.state,
                            {result.all.loss, result.grad_norm, result.all.session_norms});
  });
  if (!result.spike && is_verified(training)) { verify(training, batch, own, times); }
  as_optimizer(training, times, [&] {
    if (result.spike) { return learner.drop_gradients(own.sessions); }
    update(training, own, norms);
  });
  const bool goes_back = result.spike && point.spikes == sweeps::Spikes::roll_back;
  if (!goes_back) { advance(training, result.all.flops.dense); }
  return result;
}

}  // namespace enigma::worker
