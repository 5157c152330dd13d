// The numbers that decisions depend on. Durations in seconds.
#pragma once

#include "worker/protocol/exit_code.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace enigma::decide {

/// How often a class is tried again, and how long is waited: backoff_s · 2^(failures - 1), at most
/// backoff_max_s. No `max` means without limit.
struct RetryRule {
  std::optional<int64_t> max;
  double backoff_s = 10;
  double backoff_max_s = 600;
};

/// When a node is left out, and for how long (nodes.h).
struct NodeRules {
  double memory_s = 86'400;    ///< what ended longer ago counts no more
  double window_s = 3600;      ///< failures within this time are counted together
  int64_t failures_min = 3;    ///< so many, of at least two runs, leave a node out
  double short_s = 60;         ///< an attempt that fails sooner has ended at once
  double exclude_s = 3600;     ///< for failures
  double hardware_s = 86'400;  ///< for one fault of the hardware
};

struct Policy {
  int64_t slots = 1;  ///< of this machine; a run takes Run::slots of them
  /// Of executors that have a queue of their own: how many runs may stand in it.
  std::map<std::string, int64_t> queue_max;
  std::map<protocol::FailureClass, RetryRule> retry;  ///< what is missing is not tried again

  NodeRules nodes;
  double submit_again_s = 10;    ///< a submission that nobody has seen is repeated after this
  double never_started_s = 300;  ///< no word of a worker since its submission or first sight
  double hang_s = 1800;          ///< lives, but has reported nothing for this long
  double lease_s = 120;          ///< not seen for this long: lost
  double look_after_s = 600;     ///< an attempt that was given up unseen is looked for so long
  double cancel_again_s = 15;    ///< a cancellation without effect is repeated after this
  double linger_s = 60;          ///< a worker that is done may take this long to leave
};

/// The house's rules: preempted without limit, code twice, the rest in between.
Policy default_policy();

}  // namespace enigma::decide
