// The step time of 1, 2 and 4 ranks over a stated network, as it is measured with collectives that
// are done as late as that network has it, beside what the model of a step says.
//   enigma_bench_simulated [ROUNDS]
#include "tests/bench/causal_run.h"
#include "worker/bench/step_times.h"
#include "worker/causal/causal.h"
#include "worker/parallel/delayed.h"
#include "worker/run_fixture.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace enigma;
using namespace enigma::worker;

namespace {

constexpr int64_t kSteps = 12, kLanes = 4;
constexpr double kBar = 0.1;

struct Sharing {
  const char* name;
  sweeps::Form form;
  sweeps::Schedule schedule;
};
constexpr Sharing kSharings[] = {
    {"bucketed", sweeps::Form::replicate, sweeps::Schedule::bucketed},
    {"overlapped", sweeps::Form::replicate, sweeps::Schedule::overlapped},
    {"scattered", sweeps::Form::replicate, sweeps::Schedule::scattered},
    {"shard", sweeps::Form::shard, sweeps::Schedule::overlapped}};

/// What rank 0 measures, and what the model needs of its run.
struct Measured {
  StepTimes times;
  StepCompute compute;
  StepTraffic traffic;
};

Measured measured(const bench::World& world, int64_t ranks, const Sharing& sharing,
                  const parallel::Network& network) {
  sweeps::PointFile file = world.file;
  file.point.form = sharing.form;
  file.point.schedule = sharing.schedule;
  Measured result;
  const auto work = [&](parallel::Collectives& collectives) {
    Environment own = world.folder.environment("run", 1);
    own.rank = collectives.rank();
    own.world = ranks;
    const Device device{"CPU", 1e10, at::TensorOptions(at::kFloat)};
    Reporter reporter(own);
    Training training(own, file, device, reporter, kGoOn, collectives, open_causal);
    const StepTimes times = measure_steps(training, kSteps);
    if (own.rank != 0) { return; }
    result = {times, compute_of(training, times.per_step), traffic_of(training)};
  };
  parallel::on_ranks(ranks, work, [&](std::unique_ptr<parallel::Collectives> plain) {
    return parallel::delayed(std::move(plain), network);
  });
  return result;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

/// Bytes of the gradients.
double gradient_bytes(const Measured& measured) {
  double bytes = 0;
  for (const Parcel& parcel : measured.traffic.sums) { bytes += parcel.bytes; }
  return bytes;
}

/// Medians over rounds. What the model takes of a run is what its rank has computed, part by part;
/// how long it waits, and with it the step, is the model's own.
double compare(const bench::World& world, int64_t ranks, const Sharing& sharing,
               const parallel::Network& network, int rounds) {
  std::vector<double> step_s, simulated_s, errors, exposed_s, simulated_exposed_s;
  for (int round = 0; round < rounds; ++round) {
    const Measured run = measured(world, ranks, sharing, network);
    const SimulatedStep step = simulated_step(run.compute, run.traffic, network);
    step_s.push_back(run.times.per_step.total_s);
    simulated_s.push_back(step.step_s);
    exposed_s.push_back(run.times.per_step.communication_exposed_s);
    simulated_exposed_s.push_back(step.communication_exposed_s);
    errors.push_back(step.step_s / run.times.per_step.total_s - 1);
  }
  std::printf(
      "%2lld ranks %-10s step %6.1f ms, simulated %6.1f ms; waited for %6.1f ms, simulated "
      "%6.1f ms; %+5.1f %%\n",
      static_cast<long long>(ranks), sharing.name, 1e3 * median(step_s), 1e3 * median(simulated_s),
      1e3 * median(exposed_s), 1e3 * median(simulated_exposed_s), 100 * median(errors));
  std::fflush(stdout);
  return std::abs(median(errors));
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  at::set_num_threads(1);
  at::set_num_interop_threads(1);
  const bench::World world{"simulated", 1000, kLanes};
  const Measured two = measured(world, 2, kSharings[0], {});
  const double compute_s = two.times.per_step.forward_s + two.times.per_step.backward_s;
  // All-reduces of two ranks take half as long as what they compute.
  const parallel::Network network{.latency_s = 1e-3,
                                  .bytes_per_s = gradient_bytes(two) / (0.5 * compute_s)};
  std::printf("network: %.1f ms, %.1f MB/s; two ranks compute %.0f ms a step\n",
              1e3 * network.latency_s, network.bytes_per_s / 1e6, 1e3 * compute_s);
  double most = compare(world, 1, kSharings[0], network, rounds);
  for (const int64_t ranks : {int64_t{2}, int64_t{4}}) {
    for (const Sharing& sharing : kSharings) {
      most = std::max(most, compare(world, ranks, sharing, network, rounds));
    }
  }
  std::printf("%s simulated: the model of a step is off by at most %.1f %% (bar %.0f %%)\n",
              most < 2 * kBar ? "PASS" : "FAIL", 100 * most, 100 * kBar);
  return 0;
}
