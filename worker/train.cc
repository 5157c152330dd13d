#include "worker/train.h"

#include "worker/clock/clock.h"
#include "worker/ending.h"
#include "worker/loader.h"
#include "worker/progress.h"
#include "worker/step.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace enigma::worker {
namespace {

constexpr double kMetricsEvery_s = 0.5;

void note_plan(const Training& training) {
  for (const std::string& remark : training.family->remarks()) {
    std::fprintf(stderr, "%s\n", remark.c_str());
  }
  if (training.state.step > 0) {
    std::fprintf(stderr, "resumed at step %lld\n", static_cast<long long>(training.state.step));
  }
}

void evaluate(Training& training, TimeSplit& times) {
  SharedOptimizer& shared = *training.learner.shared;
  Stopwatch watch;
  shared.hold_values();
  for (protocol::Eval& eval : training.family->evaluate(training.state.step, training.ranks)) {
    training.reporter.say(std::move(eval));
  }
  shared.release_values();
  training.spent(times, Part::evaluation, watch.lap());
}

/// The checkpoint under way counts from now on.
void complete_checkpoint(Training& training) {
  const WrittenCheckpoint written = training.checkpoints.complete();
  training.reporter.say(protocol::Checkpoint{.step = written.step,
                                             .path = written.path,
                                             .bytes = written.bytes,
                                             .sha256 = written.sha256});
  training.saved = written.step == training.state.step;
}

/// What is due of checkpoints after a step. One that was `asked` for is written while training goes
/// on; `stay` waits until it counts.
void keep(Training& training, const StepWords& words, bool asked, bool stay, TimeSplit& times) {
  CheckpointWriter& checkpoints = training.checkpoints;
  Stopwatch watch;
  if (checkpoints.is_under_way() && (asked || !words.writing)) { complete_checkpoint(training); }
  if (asked) {
    training.staged.take(training.learner, training.ranks);
    checkpoints.start(
        {training.environment.attempt_dir, training.file.id, training.state},
        [&staged = training.staged](const auto& folder) { return staged.write(folder); });
  }
  if (stay && checkpoints.is_under_way()) { complete_checkpoint(training); }
  training.spent(times, Part::checkpoint, watch.lap());
}

/// Steps first … last (counted from 1) do not count.
void tell_skipped(Training& training, int64_t first, int64_t last, const StepResult& result) {
  training.reporter.say(protocol::Skipped{.from = first, .to = last, .why = *result.spike});
}

/// Back to the newest checkpoint. The data of the steps since then, the failed one's too, are
/// passed over; a run that comes by again after a preemption finds the same.
void go_back(Training& training, const StepResult& result, TimeSplit& times) {
  LoopState& state = training.state;
  Stopwatch watch;
  if (training.checkpoints.is_under_way()) { complete_checkpoint(training); }
  const LoopState failed = state;
  training.restore();
  state.spikes = failed.spikes;
  state.batches_passed_over = failed.batch() + 1 - state.step;
  tell_skipped(training, state.step + 1, failed.step + 1, result);
  training.spent(times, Part::checkpoint, watch.lap());
}

protocol::ExitCode preempted(Training& training) {
  training.reporter.say(protocol::Preempted{.step = training.state.step});
  return training.saved ? protocol::ExitCode::preempted
                        : protocol::ExitCode::preempted_without_checkpoint;
}

protocol::ExitCode done(Training& training) {
  training.reporter.say(protocol::Done{.step = training.state.step, .flops = training.state.flops});
  return protocol::ExitCode::done;
}

}  // namespace

// One step, then what is due: score, keep, tell. A run that is stopped keeps before it leaves.
protocol::ExitCode train(Training& training) {
  const Environment& environment = training.environment;
  const sweeps::Point& point = training.file.point;
  const int64_t steps = training.file.steps, windows = point.lanes * point.windows_per_lane;
  const auto peak_flops_per_s = peak_of(training.device, training.ranks.world());
  LoopState& state = training.state;
  note_plan(training);
  Interval interval;
  if (state.step >= steps) {
    evaluate(training, interval.times);
    return done(training);
  }
  Stopwatch whole;
  std::optional<Loader> loader;
  const auto read_on = [&] {
    loader.emplace(training.family->reader(training.ranks.own_lanes()), state.batch(),
                   steps + state.batches_passed_over);
  };
  read_on();
  if (point.spikes == sweeps::Spikes::roll_back && !training.saved) {
    keep(training, {}, true, true, interval.times);  // where the first way back leads
  }
  double unsaved_s = 0;
  const int64_t first = state.step + 1;

  while (state.step < steps) {
    // One training step, and how long it waited for its data.
    Stopwatch watch;
    const std::unique_ptr<StepBatch> batch = loader->next();
    training.spent(interval.times, Part::data, watch.lap());
    const bool due = unsaved_s >= environment.checkpoint_every_s;
    const StepResult result = train_step(training, *batch, due, interval.times);
    if (result.all.fenced) { return protocol::ExitCode::preempted_without_checkpoint; }
    if (result.spike && point.spikes == sweeps::Spikes::roll_back) {
      go_back(training, result, interval.times);
      read_on();
      continue;
    }
    if (result.spike) { tell_skipped(training, state.step, state.step, result); }
    training.saved = false;
    interval.steps += 1;
    interval.windows += windows;
    interval.flops += result.all.flops;

    // Score: at the end, and now and then where it costs little.
    const bool last = state.step == steps, stop = !last && result.all.stop;
    if (last || (!stop && evaluation_due(state.step, steps, windows,
                                         training.family->evaluation_windows()))) {
      evaluate(training, interval.times);
    }

    // Keep: by time, by step, on request, before leaving, and at the end.
    const int64_t every = environment.checkpoint_every_steps;
    const bool asked =
        last || stop || result.all.checkpoint || (every > 0 && state.step % every == 0);
    keep(training, result.all, asked, last || stop, interval.times);
    const Lap passed = whole.lap();
    if (training.trace != nullptr) { training.trace->add_step(state.step, passed); }
    interval.times.total_s += passed.seconds();
    unsaved_s = asked ? 0 : unsaved_s + passed.seconds();

    // Tell: where the run went on, at most twice a second, and where it ends or stops.
    if (state.step == first || last || stop || interval.times.total_s >= kMetricsEvery_s) {
      training.reporter.say(metrics_of(state, result, interval, peak_flops_per_s, memory_bytes()));
      interval = {};
    }
    if (stop) { return preempted(training); }
  }
  return done(training);
}

}  // namespace enigma::worker
