// Runs on this machine: one enigma-launch per submission, pinned to cores of its own. Nothing is
// remembered that could not be read again from the run's folder and /proc, so that a controller
// started anew adopts what an earlier one has started.
#pragma once

#include "orchestrator/decide/executor.h"
#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/local/cores.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::local {

struct LocalOptions {
  std::filesystem::path runs_folder;  ///< STORE/runs, absolute
  std::filesystem::path launcher;     ///< the program enigma-launch
  std::string report_url;             ///< of this controller; may be empty
  std::vector<int> cores;
  double grace_s = 60;  ///< between SIGTERM and SIGKILL for a worker
  /// The bearer token of a submission; never on a command line.
  std::function<std::string(const std::string& token)> bearer_of;
  decide::Signatures signatures = decide::house_signatures();  ///< of failures, in logs
};

class LocalExecutor final : public decide::Executor {
 public:
  explicit LocalExecutor(LocalOptions options);

  decide::SubmitAnswer submit(const decide::Submission& submission) override;
  std::vector<decide::Observation> observe(const std::vector<decide::Watch>& watches) override;
  std::string read_spool(const decide::SpoolSlice& slice) override;
  void cancel(const std::string& run, const std::string& token) override;
  void mark(const std::string& run, const std::string& word) override;
  void unmark(const std::string& run) override;

 private:
  std::filesystem::path folder_of(const std::string& run) const;
  std::vector<std::string> command_of(const decide::Submission& submission);
  decide::JobState state_of(const std::string& run, const std::string& token);
  decide::JobState state_of_attempt(const std::string& run, const std::string& token,
                                    int64_t number);
  void reap();

  LocalOptions options_;
  Cores cores_;
  std::map<std::string, pid_t> children_;  ///< launchers that this controller has started
  /// Immutable once read: saves re-reading what cannot change.
  std::map<std::string, launch::LaunchNote> notes_;
};

}  // namespace enigma::local
