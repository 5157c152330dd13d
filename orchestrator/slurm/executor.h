// Runs as jobs of a Slurm cluster: arrays of submissions, found again by their names. What is
// remembered here could be asked for again: a controller started anew goes on where the last one
// ended. One query of the queue answers for all jobs, and is made once a period.
#pragma once

#include "orchestrator/decide/executor.h"
#include "orchestrator/slurm/options.h"
#include "orchestrator/slurm/queue.h"
#include "orchestrator/slurm/scheduler.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::slurm {

class SlurmExecutor final : public decide::Executor {
 public:
  explicit SlurmExecutor(SlurmOptions options);

  decide::SubmitAnswer submit(const decide::Submission& submission) override;
  std::vector<decide::SubmitAnswer> submit_all(
      const std::vector<decide::Submission>& submissions) override;
  std::vector<decide::Observation> observe(const std::vector<decide::Watch>& watches) override;
  std::string read_spool(const decide::SpoolSlice& slice) override;
  void cancel(const std::string& run, const std::string& token) override;
  void mark(const std::string& run, const std::string& word) override;
  void unmark(const std::string& run) override;

 private:
  bool is_due();
  bool is_there(const decide::Submission& submission) const;
  void ask_queue();
  void ask_accounting();
  void cancel_gathered();

  SlurmOptions options_;
  Scheduler scheduler_;
  Queue queue_;
  std::vector<std::string> to_cancel_;  ///< ids; asked for by the next look
  std::optional<double> looked_at_s_;
  double pause_s_ = 0;  ///< the period, longer where answers are slow
  std::map<std::string, std::vector<decide::Observation>> seen_;  ///< by token, of the last look
};

}  // namespace enigma::slurm
