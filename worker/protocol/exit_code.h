// Exit codes of a worker and the failure classes that they stand for (contract section 1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::protocol {

enum class ExitCode : int {
  done = 0,
  bad_point = 64,
  bad_data = 65,
  peer_failed = 69,
  fault = 70,
  non_finite = 71,
  device_memory = 72,
  disk_full = 73,
  no_checkpoint = 74,
  preempted = 75,
  preempted_without_checkpoint = 76,
};

enum class FailureClass {
  preempted,
  time_limit,
  node_failure,
  never_started,
  hang,
  gpu_memory,
  host_memory,
  nccl,
  hardware,
  nan,
  disk_full,
  code,
};

std::string_view name_of(FailureClass failure_class);
std::optional<FailureClass> failure_class_named(std::string_view name);
/// In the order of the contract.
std::vector<std::string> failure_class_names();

/// Stopped as asked, with a checkpoint or without one: no failure.
bool is_preemption(int code);

/// The class of an ended worker: by exit code, or by the signal that ended it
/// (a signal from outside without a record of memory exhaustion is node_failure). Exit 0 has none.
std::optional<FailureClass> class_of_exit(int code, int signal, bool memory_exhausted);

}  // namespace enigma::protocol
