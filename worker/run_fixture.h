// Runs in a temporary folder, for tests of the loop: their environments, and what they left.
#pragma once

#include "files/atomic_file.h"
#include "worker/loader.h"
#include "worker/parallel/ranks_fixture.h"
#include "worker/step.h"
#include "worker/train.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace enigma::worker {

struct RunFolder {
  std::filesystem::path path;

  explicit RunFolder(const std::string& name)
      : path(std::filesystem::temp_directory_path() /
             ("enigma-" + name + "-" + std::to_string(::getpid()))) {}
  ~RunFolder() { std::filesystem::remove_all(path); }
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  Environment environment(const std::string& run, int attempt) const {
    const std::filesystem::path run_dir = path / run;
    Environment environment{.run = run,
                            .run_dir = run_dir,
                            .attempt_dir = run_dir / ("attempt-" + std::to_string(attempt)),
                            .data = path / "data"};
    std::filesystem::create_directories(environment.attempt_dir);
    return environment;
  }
};

inline const volatile std::sig_atomic_t kGoOn = 0, kStopNow = 1;

/// As one of the ranks of `collectives`, with parameters of `type`.
inline protocol::ExitCode run_rank(Environment environment, const volatile std::sig_atomic_t& stop,
                                   const sweeps::PointFile& file, OpenFamily open,
                                   parallel::Collectives& collectives,
                                   at::ScalarType type = at::kFloat) {
  environment.rank = collectives.rank();
  environment.world = collectives.world();
  const Device device{"CPU", 1e10, at::TensorOptions(type)};
  Reporter reporter(environment);
  Training training(environment, file, device, reporter, stop, collectives, open);
  return train(training);
}

inline protocol::ExitCode run(const Environment& environment,
                              const volatile std::sig_atomic_t& stop, const sweeps::PointFile& file,
                              OpenFamily open) {
  return run_rank(environment, stop, file, open, *parallel::alone());
}

/// What a run of some ranks gave, step by step, as rank 0 has it.
struct Course {
  std::vector<double> losses, norms;
  std::vector<protocol::Eval> evals;  ///< of the last step
  TimeSplit times;                    ///< of all steps
};

/// Trains the whole run on `world` ranks, which are threads; `wrap` may put something around the
/// collectives of each.
template <typename Wrap>
Course course_of(const Environment& environment, const sweeps::PointFile& file, OpenFamily open,
                 int64_t world, at::ScalarType type, const Wrap& wrap) {
  Course course;
  const auto work = [&](parallel::Collectives& collectives) {
    Environment own = environment;
    own.rank = collectives.rank();
    const Device device{"CPU", 1e10, at::TensorOptions(type)};
    Reporter reporter(own);
    Training training(own, file, device, reporter, kGoOn, collectives, open);
    Loader loader(training.family->reader(training.ranks.own_lanes()), 0, file.steps);
    Course mine;
    while (training.state.step < file.steps) {
      const StepResult result = train_step(training, *loader.next(), false, mine.times);
      mine.losses.push_back(result.all.loss);
      mine.norms.push_back(result.grad_norm);
    }
    SharedOptimizer& shared = *training.learner.shared;
    Stopwatch watch;
    shared.hold_values();
    mine.evals = training.family->evaluate(file.steps, training.ranks);
    shared.release_values();
    training.spent(mine.times, Part::evaluation, watch.lap());
    if (own.rank == 0) { course = std::move(mine); }
  };
  parallel::on_ranks(world, work, wrap);
  return course;
}
inline Course course_of(const Environment& environment, const sweeps::PointFile& file,
                        OpenFamily open, int64_t world, at::ScalarType type = at::kDouble) {
  return course_of(environment, file, open, world, type,
                   [](std::unique_ptr<parallel::Collectives> plain) { return plain; });
}

/// The largest relative difference of two courses, losses and scores.
inline double difference(const Course& a, const Course& b) {
  if (a.losses.size() != b.losses.size() || a.evals.size() != b.evals.size()) { return INFINITY; }
  double most = 0;
  const auto compare = [&](double x, double y) {
    most = std::max(most, std::abs(x - y) / std::max(std::abs(x), 1e-300));
  };
  for (size_t i = 0; i < a.losses.size(); ++i) { compare(a.losses[i], b.losses[i]); }
  for (size_t i = 0; i < a.norms.size(); ++i) { compare(a.norms[i], b.norms[i]); }
  for (size_t i = 0; i < a.evals.size(); ++i) {
    compare(a.evals[i].loss, b.evals[i].loss);
    if (a.evals[i].correlation) { compare(*a.evals[i].correlation, *b.evals[i].correlation); }
  }
  return most;
}

inline std::vector<nlohmann::json> reports_of(const Environment& environment,
                                              const std::string& kind) {
  std::vector<nlohmann::json> reports;
  std::ifstream spool(environment.attempt_dir / "spool.jsonl");
  for (std::string line; std::getline(spool, line);) {
    if (const auto report = nlohmann::json::parse(line); report["kind"] == kind) {
      reports.push_back(report);
    }
  }
  return reports;
}

/// Names, sizes and digests of the files of a checkpoint.
inline std::string digest_of_shards(const Environment& environment, int64_t step) {
  const auto folder = environment.attempt_dir / "checkpoints" / ("step-" + std::to_string(step));
  return nlohmann::json::parse(read_file(folder / "state.json"))["files"].dump();
}

}  // namespace enigma::worker
