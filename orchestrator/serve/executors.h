// The executors of a controller: the one place that knows which there are and how each is made.
#pragma once

#include "orchestrator/decide/executors.h"
#include "orchestrator/local/executor.h"
#include "orchestrator/serve/serve.h"
#include "orchestrator/slurm/executor.h"

#include <functional>
#include <string>

namespace enigma {

/// The default rules with `slots` of this machine (0: one a core), and with the places of queues.
decide::Policy policy_of(int64_t slots);

class DrivenExecutors {
 public:
  /// `report_url`: where workers of this machine post; `bearer_of`: what authorises workers, by
  /// token.
  DrivenExecutors(const ServeOptions& options, const std::string& report_url,
                  std::function<std::string(const std::string& token)> bearer_of);

  decide::Executors by_name();

 private:
  local::LocalExecutor local_;
  slurm::SlurmExecutor slurm_;
};

}  // namespace enigma
