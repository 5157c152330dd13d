// How much of a stated network's time two ranks wait for, by schedule: a causal decoder, one thread
// a rank, all-reduces that take half of forward and backward together (then: as long as both).
//   enigma_bench_overlap [ROUNDS]
#include "tests/bench/causal_run.h"
#include "worker/causal/causal.h"
#include "worker/parallel/delayed.h"
#include "worker/run_fixture.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

using namespace enigma;
using namespace enigma::worker;

namespace {

constexpr int64_t kSteps = 16, kRanks = 2;
constexpr sweeps::Schedule kSchedules[] = {sweeps::Schedule::bucketed, sweeps::Schedule::overlapped,
                                           sweeps::Schedule::scattered};

Course course(const bench::World& world, sweeps::Schedule schedule,
              const parallel::Network& network) {
  sweeps::PointFile file = world.file;
  file.point.schedule = schedule;
  return course_of(world.folder.environment("run", 1), file, open_causal, kRanks, at::kFloat,
                   [&](std::unique_ptr<parallel::Collectives> plain) {
                     return parallel::delayed(std::move(plain), network);
                   });
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

double compute_s(const Course& course) {
  return (course.times.forward_s + course.times.backward_s) / static_cast<double>(kSteps);
}

/// Bytes of the gradients.
double gradient_bytes(const bench::World& world) {
  const RunSetup setup{world.file.point, world.folder.path / "data", at::TensorOptions(at::kFloat)};
  double bytes = 0;
  for (const auto& p : open_causal(setup)->shared_parameters()) {
    bytes += static_cast<double>(p.tensor.nbytes());
  }
  return bytes;
}

void report(const char* name, double total_s, const std::map<sweeps::Schedule, double>& exposed_s) {
  std::printf("%s: all-reduces of %.0f ms a step; waited for", name, 1e3 * total_s);
  for (const auto schedule : kSchedules) {
    std::printf(" %s %.0f ms (%.0f %%)", name_of(schedule), 1e3 * exposed_s.at(schedule),
                100 * exposed_s.at(schedule) / total_s);
  }
  std::printf("\n");
}

void verdict(bool holds, const char* what, double value) {
  std::printf("%s overlap: %s (%.2g)\n", holds ? "PASS" : "FAIL", what, value);
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) { most = std::max(most, std::abs(a[i] / b[i] - 1)); }
  return most;
}

/// Median exposed seconds a step of each schedule, and the largest difference of their losses.
std::map<sweeps::Schedule, double> exposed(const bench::World& world,
                                           const parallel::Network& network, int rounds,
                                           double& most) {
  std::map<sweeps::Schedule, std::vector<double>> seen;
  std::map<sweeps::Schedule, Course> last;
  for (int round = 0; round < rounds; ++round) {
    for (const auto schedule : kSchedules) {
      last[schedule] = course(world, schedule, network);
      seen[schedule].push_back(last[schedule].times.communication_exposed_s /
                               static_cast<double>(kSteps));
    }
  }
  std::map<sweeps::Schedule, double> medians;
  for (const auto& [schedule, values] : seen) {
    medians[schedule] = median(values);
    most = std::max(most, largest_difference(last[kSchedules[0]].losses, last[schedule].losses));
  }
  return medians;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  at::set_num_threads(1);
  at::set_num_interop_threads(1);
  const bench::World world{"overlap", kSteps, kRanks};
  const double compute = compute_s(course(world, sweeps::Schedule::bucketed, {}));
  const double bytes = gradient_bytes(world);
  std::printf("%.1f M parameters, forward and backward %.0f ms a step\n", bytes / 4e6,
              1e3 * compute);
  double most = 0;
  const double half = 0.5 * compute, whole = compute;
  const auto at_half = exposed(world, {.bytes_per_s = bytes / half}, rounds, most);
  report("half of computation", half, at_half);
  const auto at_whole = exposed(world, {.bytes_per_s = bytes / whole}, rounds, most);
  report("as long as computation", whole, at_whole);

  const double off = at_half.at(sweeps::Schedule::bucketed) / half;
  const double on = at_half.at(sweeps::Schedule::overlapped) / half;
  verdict(off > 0.8, "without overlap the share that is waited for (bar 0.9)", off);
  verdict(on < 1.0, "with overlap (bar 0.5)", on);
  const double fall =
      at_whole.at(sweeps::Schedule::scattered) / at_whole.at(sweeps::Schedule::overlapped);
  verdict(fall < 2, "scattered beside overlapped, all-reduces as long as computation (bar 1)",
          fall);
  verdict(most < 2e-4, "the schedules' losses differ by at most (bar 1e-4)", most);
  return 0;
}
