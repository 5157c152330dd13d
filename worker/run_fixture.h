// Runs in a temporary folder, for tests of the loop: their environments, and what they left.
#pragma once

#include "files/atomic_file.h"
#include "worker/train.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
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

inline protocol::ExitCode run(const Environment& environment,
                              const volatile std::sig_atomic_t& stop, const sweeps::PointFile& file,
                              OpenFamily open) {
  const Device device{"CPU", 1e10};
  Reporter reporter(environment);
  Training training(environment, file, device, reporter, stop, open);
  return train(training);
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
