#include "orchestrator/decide/policy.h"

namespace enigma::decide {

Policy default_policy() {
  using enum protocol::FailureClass;
  Policy policy;
  // Half of what a cluster holds by default (MaxJobCount); what it refuses is learned.
  policy.queue_max = {{"slurm", 5000}};
  policy.retry = {
      {preempted, {std::nullopt, 1, 60}},
      {time_limit, {std::nullopt, 1, 60}},
      {node_failure, {20, 2, 600}},
      {never_started, {5, 10, 600}},
      {hang, {3, 10, 600}},
      {gpu_memory, {1, 10, 600}},
      {host_memory, {1, 10, 600}},
      {nccl, {5, 10, 600}},
      {hardware, {5, 30, 600}},
      {nan, {1, 1, 60}},
      {disk_full, {3, 60, 600}},
      {code, {2, 5, 60}},
  };
  return policy;
}

}  // namespace enigma::decide
