#include "worker/protocol/exit_code.h"

#include <array>
#include <csignal>
#include <utility>

namespace enigma::protocol {
namespace {

constexpr std::array<std::pair<FailureClass, std::string_view>, 12> kNames{{
    {FailureClass::preempted, "preempted"},
    {FailureClass::time_limit, "time_limit"},
    {FailureClass::node_failure, "node_failure"},
    {FailureClass::never_started, "never_started"},
    {FailureClass::hang, "hang"},
    {FailureClass::gpu_memory, "gpu_memory"},
    {FailureClass::host_memory, "host_memory"},
    {FailureClass::nccl, "nccl"},
    {FailureClass::hardware, "hardware"},
    {FailureClass::nan, "nan"},
    {FailureClass::disk_full, "disk_full"},
    {FailureClass::code, "code"},
}};

// A process raises these on itself (a crash, a failed check): no machine and no user sent them.
bool is_own_fault(int signal) {
  return signal == SIGSEGV || signal == SIGABRT || signal == SIGFPE || signal == SIGILL ||
         signal == SIGBUS || signal == SIGTRAP || signal == SIGSYS;
}

FailureClass class_of_signal(int signal, bool memory_exhausted) {
  if (memory_exhausted) { return FailureClass::host_memory; }
  return is_own_fault(signal) ? FailureClass::code : FailureClass::node_failure;
}

}  // namespace

std::string_view name_of(FailureClass failure_class) {
  for (const auto& [value, name] : kNames) {
    if (value == failure_class) { return name; }
  }
  return "code";
}

std::optional<FailureClass> failure_class_named(std::string_view name) {
  for (const auto& [value, text] : kNames) {
    if (text == name) { return value; }
  }
  return std::nullopt;
}

std::vector<std::string> failure_class_names() {
  std::vector<std::string> names;
  for (const auto& [value, name] : kNames) { names.emplace_back(name); }
  return names;
}

bool is_preemption(int code) {
  return code == static_cast<int>(ExitCode::preempted) ||
         code == static_cast<int>(ExitCode::preempted_without_checkpoint);
}

std::optional<FailureClass> class_of_exit(int code, int signal, bool memory_exhausted) {
  if (signal != 0) { return class_of_signal(signal, memory_exhausted); }
  switch (static_cast<ExitCode>(code)) {
    case ExitCode::done:
      return std::nullopt;
    case ExitCode::peer_failed:
      return FailureClass::nccl;
    case ExitCode::non_finite:
      return FailureClass::nan;
    case ExitCode::device_memory:
      return FailureClass::gpu_memory;
    case ExitCode::disk_full:
      return FailureClass::disk_full;
    case ExitCode::preempted:
    case ExitCode::preempted_without_checkpoint:
      return FailureClass::preempted;
    default:
      break;
  }
  // A shell between launcher and worker turns "ended by signal s" into 128 + s.
  if (code > 128 && code <= 128 + SIGSYS) { return class_of_signal(code - 128, memory_exhausted); }
  return memory_exhausted ? FailureClass::host_memory : FailureClass::code;
}

}  // namespace enigma::protocol
