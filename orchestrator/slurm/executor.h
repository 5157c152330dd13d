// Runs as jobs of a Slurm cluster: arrays of submissions, found again by their names. What is
// remembered here could be asked for again: a controller started anew goes on where the last one
// ended. One query of the queue answers for all jobs, and is made once a period.
#pragma once

#include "orchestrator/decide/executor.h"
#include "orchestrator/slurm/batch.h"
#include "orchestrator/slurm/job_state.h"
#include "orchestrator/slurm/scheduler.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace enigma::slurm {

struct SlurmOptions {
  std::filesystem::path store;     ///< absolute, on a file system that all nodes share
  std::filesystem::path launcher;  ///< the program enigma-launch, there too
  std::string report_url;          ///< of this controller; empty: spools alone
  double grace_s = 60;             ///< between SIGTERM and SIGKILL for a worker
  double period_s = 5;             ///< between looks at the queue and the runs' files
  /// Seconds since some fixed moment, never backwards.
  std::function<double()> clock_s;
  /// The bearer token of a submission; never on a command line.
  std::function<std::string(const std::string& token)> bearer_of;
  decide::Signatures signatures = decide::house_signatures();  ///< of failures, in logs
};

class SlurmExecutor final : public decide::Executor {
 public:
  explicit SlurmExecutor(SlurmOptions options) : options_(std::move(options)) {}

  decide::SubmitAnswer submit(const decide::Submission& submission) override;
  std::vector<decide::SubmitAnswer> submit_all(
      const std::vector<decide::Submission>& submissions) override;
  std::vector<decide::Observation> observe(const std::vector<decide::Watch>& watches) override;
  std::string read_spool(const decide::SpoolSlice& slice) override;
  void cancel(const std::string& run, const std::string& token) override;
  void mark(const std::string& run, const std::string& word) override;
  void unmark(const std::string& run) override;

 private:
  struct Job {
    JobRecord record;
    int misses = 0;  ///< good answers in a row that lacked it, or that lack its exit file
    int strays = 0;  ///< good answers in a row that showed it, while nobody asked for it
  };
  /// By id: one, or those of a chain.
  using Jobs = std::map<std::string, Job>;
  std::filesystem::path folder_of(const std::string& run) const;
  bool is_due();
  bool is_ours(const std::string& base);
  void ask_queue();
  void ask_accounting();
  const Job* job_of(const TaskName& task, const std::string& id) const;
  const Job* job_ahead(const TaskName& task, const std::string& but_id) const;
  Evidence evidence_of(const decide::Watch& watch, int64_t start) const;
  void cancel_gathered();
  void forget(const std::set<TaskName>& wanted);
  void cancel_strays(const std::set<TaskName>& wanted);
  void look(const decide::Watch& watch, std::vector<decide::Observation>& seen);
  /// An answer for each of a batch; all ask for the same.
  std::vector<decide::SubmitAnswer> submit_fitting(const std::vector<decide::Submission>& batch);
  decide::SubmitAnswer submit_batch(const std::vector<decide::Submission>& batch);

  SlurmOptions options_;
  Scheduler scheduler_;
  std::vector<std::string> to_cancel_;  ///< ids; asked for by the next look
  std::set<std::string> ours_;          ///< bases of this store's jobs, as far as they were seen
  std::map<TaskName, Jobs> jobs_;
  bool has_answer_ = false;
  std::optional<double> looked_at_s_;
  double pause_s_ = 0;  ///< the period, longer where answers are slow
  std::map<std::string, std::vector<decide::Observation>> seen_;  ///< by token, of the last look
};

}  // namespace enigma::slurm
