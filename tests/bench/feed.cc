// What training sees of its data: how long a consumer waits for the loader's one thread, what the
// loader gives when nobody else slows it down, and what memory many sessions take.
#include "recordings/temporary_folder.h"
#include "tests/bench/random_recording.h"
#include "tests/bench/rates.h"
#include "worker/brain/batch.h"
#include "worker/loader.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace enigma;
using namespace enigma::bench;

constexpr double kStep_s = 0.020;

sweeps::Point point_of(const std::filesystem::path& folder, int sessions, int64_t neurons,
                       double minutes) {
  sweeps::Point point;
  for (int i = 0; i < sessions; ++i) {
    const std::string name = "random" + std::to_string(i);
    write({folder / name, neurons, minutes});
    point.sessions.push_back({name, std::to_string(i), neurons, "none"});
  }
  point.size = {.width = 16, .layers = 1, .heads = 2};
  point.rule = {60, 30, recordings::Align::free, {}};
  return point;
}

/// A corpus with what its loader needs beside it.
struct Source {
  worker::Corpus corpus;
  model::ModelShape shape;
  worker::StrategyTable strategies;

  Source(const sweeps::Point& point, const std::filesystem::path& data)
      : corpus(worker::open_corpus(point, data)),
        shape(model::shape_of(point.size, corpus.inputs.window)),
        strategies(worker::resolve_strategies({"population"}, shape, corpus, all())) {}

  std::unique_ptr<worker::StepReader> reader(const worker::DrawPlan& plan) const {
    return std::make_unique<worker::BrainReader>(corpus, shape, strategies, plan);
  }

  std::vector<size_t> all() const {
    std::vector<size_t> indices;
    for (size_t i = 0; i < corpus.sessions.size(); ++i) { indices.push_back(i); }
    return indices;
  }
};

const char* verdict(bool fine) {
  return fine ? "PASS" : "FAIL";
}

void measure_rate(const Source& source, const worker::DrawPlan& plan) {
  worker::BrainReader reader(source.corpus, source.shape, source.strategies, plan);
  constexpr int64_t kSteps = 40;
  std::vector<double> rates;
  for (int64_t round = 0; round < 6; ++round) {
    const double begin_s = core_s();
    for (int64_t step = round * kSteps; step < (round + 1) * kSteps; ++step) {
      reader.expect(step + 1);
      reader.read(step);
    }
    const double windows = double(kSteps * plan.lanes * plan.windows_per_lane);
    if (round > 0) { rates.push_back(windows / (core_s() - begin_s)); }
  }
  std::printf("%s feed: whole batches, draws included, %.0f windows/s on one core (bar 1500)\n",
              verdict(middle(rates) >= 750), middle(rates));
}

// Rounds, because a shared machine may take both cores away for a while.
void measure_waiting(const Source& source, const worker::DrawPlan& plan) {
  constexpr int64_t kRounds = 5, kSteps = 60;
  worker::Loader loader(source.reader(plan), 0, kRounds * kSteps + 1);
  loader.next();  // a run's first step has nothing to hide behind
  std::vector<double> shares;
  double longest_s = 0;
  for (int64_t round = 0; round < kRounds; ++round) {
    double waited_s = 0;
    const double begin_s = now_s();
    for (int64_t step = 0; step < kSteps; ++step) {
      const double asked_s = now_s();
      const std::unique_ptr<worker::StepBatch> batch = loader.next();
      waited_s += now_s() - asked_s;
      longest_s = std::max(longest_s, now_s() - asked_s);
      std::this_thread::sleep_for(std::chrono::duration<double>(kStep_s));  // the step's work
    }
    shares.push_back(waited_s / (now_s() - begin_s));
  }
  const double share = middle(shares);
  // A machine with more work than cores starves any thread: that says nothing of the loader.
  double load = 0;
  const bool crowded =
      ::getloadavg(&load, 1) == 1 && load > 2.0 * std::thread::hardware_concurrency();
  const char* answer = share >= 0.02 && crowded ? "SKIP" : verdict(share < 0.02);
  std::printf(
      "%s feed: 8 windows every 20 ms: waited %.3f %% of the time (best round %.3f %%), at most "
      "%.2f ms for a step (bar 1 %%; load %.1f)\n",
      answer, 100 * share, 100 * *std::min_element(shares.begin(), shares.end()), 1000 * longest_s,
      load);
}

/// Bytes that are not mapped from files. (Private_Dirty would count the recordings just written.)
double private_bytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Anonymous:")) { return 1024 * std::stod(line.substr(10)); }
  }
  return 0;
}

void measure_memory(const std::filesystem::path& folder) {
  const double before = private_bytes();
  const Source source(point_of(folder, 64, 64, 3), folder);
  const worker::DrawPlan plan{.seed = 1, .lanes = 64, .windows_per_lane = 8};
  worker::Loader loader(source.reader(plan), 0, 1000);
  for (int i = 0; i < 8; ++i) { loader.next(); }
  const double bytes = private_bytes();
  std::printf(
      "%s feed: 64 sessions of 64 neurons, 512 windows a step: private memory %.0f MiB, %.0f of "
      "them "
      "before (bar 1024 MiB)\n",
      verdict(bytes > 0 && bytes < 2.0 * (1 << 30)), bytes / (1 << 20), before / (1 << 20));
}

}  // namespace

int main() {
  at::set_num_threads(1);
  {
    const recordings::TemporaryFolder folder;
    measure_memory(folder.path());
  }
  const recordings::TemporaryFolder folder;
  const Source source(point_of(folder.path(), 2, 8000, 10), folder.path());
  const worker::DrawPlan plan{.seed = 1, .lanes = 2, .windows_per_lane = 4};
  measure_rate(source, plan);
  measure_waiting(source, plan);
  return 0;
}
