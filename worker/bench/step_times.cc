#include "worker/bench/step_times.h"

#include "worker/bench/attention_seen.h"
#include "worker/clock/clock.h"
#include "worker/loader.h"
#include "worker/step.h"

#include <memory>

namespace enigma::worker {
namespace {

/// Batches of steps that are not trained here, so that nothing is in memory for having been read.
double reading_windows_per_s(const Training& training, int64_t steps) {
  const sweeps::Point& point = training.file.point;
  const auto reader = training.family->reader(training.ranks.own_lanes());
  Stopwatch watch;
  for (int64_t step = steps + 1; step <= 2 * steps; ++step) { reader->read(step); }
  return static_cast<double>(steps * point.lanes * point.windows_per_lane) / watch.lap_s();
}

TimeSplit mean_of(const TimeSplit& sum, int64_t steps) {
  const auto n = static_cast<double>(steps);
  return {.data_wait_s = sum.data_wait_s / n,
          .forward_s = sum.forward_s / n,
          .backward_s = sum.backward_s / n,
          .communication_exposed_s = sum.communication_exposed_s / n,
          .optimizer_s = sum.optimizer_s / n,
          .total_s = sum.total_s / n};
}

/// The first step, which pays for everything that is made once.
std::string attention_of_a_step(Training& training, Loader& loader) {
  const AttentionSeen seen;
  TimeSplit times;
  train_step(training, *loader.next(), false, times);
  return seen.text();
}

}  // namespace

StepCompute compute_of(const Training& training, const TimeSplit& per_step) {
  const Family& family = *training.family;
  const int64_t passes = training.ranks.own_lanes().count() * training.file.point.accumulation;
  const auto shares = [&](double seconds) {
    return by_block(seconds, passes, family.forward_flops_by_block(), family.blocks().size());
  };
  return {.forward_s = shares(per_step.forward_s),
          .backward_s = shares(per_step.backward_s),
          .passes = passes,
          .optimizer_s = per_step.optimizer_s,
          .other_s = per_step.data_wait_s + per_step.other_s()};
}

StepTraffic traffic_of(const Training& training) {
  const sweeps::Point& point = training.file.point;
  StepTraffic traffic = traffic_of(training.learner.shared->routes(), training.family->blocks(),
                                   static_cast<double>(training.device.tensors.dtype().itemsize()));
  traffic.schedule = point.schedule;
  traffic.world = training.ranks.world();
  traffic.shard_ranks =
      point.form == sweeps::Form::hybrid ? point.shard_ranks : training.ranks.world();
  return traffic;
}

StepTimes measure_steps(Training& training, int64_t steps) {
  const sweeps::Point& point = training.file.point;
  StepTimes measured{.steps = steps,
                     .loader_windows_per_s = reading_windows_per_s(training, steps)};
  Loader loader(training.family->reader(training.ranks.own_lanes()), 0, steps + 1);
  measured.attention = attention_of_a_step(training, loader);
  TimeSplit times;
  Stopwatch whole;
  for (int64_t step = 0; step < steps; ++step) {
    Stopwatch watch;
    const std::unique_ptr<StepBatch> batch = loader.next();
    training.spent(times, Part::data, watch.lap());
    measured.flops += train_step(training, *batch, false, times).all.flops;
    const Lap passed = whole.lap();
    if (training.trace != nullptr) { training.trace->add_step(training.state.step, passed); }
    times.total_s += passed.seconds();
  }
  measured.flops = measured.flops * (1 / static_cast<double>(steps));
  measured.per_step = mean_of(times, steps);
  measured.windows_per_s =
      static_cast<double>(point.lanes * point.windows_per_lane) / measured.per_step.total_s;
  return measured;
}

}  // namespace enigma::worker
