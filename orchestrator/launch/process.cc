#include "orchestrator/launch/process.h"

#include <array>
#include <ctime>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace enigma::launch {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

// Start time of a live process in ticks since boot; 0 where there is none. The command name (field
// 2) may hold spaces and parentheses, so fields are counted from the last ')'.
int64_t start_ticks(int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) { return 0; }
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) { return 0; }
  std::istringstream fields(line.substr(name_end + 1));
  std::string state, skipped;
  fields >> state;
  if (state == "Z" || state == "X") { return 0; }
  for (int field = 4; field < 22; ++field) { fields >> skipped; }
  int64_t ticks = 0;
  fields >> ticks;
  return ticks;
}

}  // namespace

Process process_of(int64_t pid) {
  const int64_t tick_ns = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
  return {host_name(), boot_id(), pid, start_ticks(pid) * tick_ns};
}

double now_s() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Process this_process() {
  return process_of(::getpid());
}

Liveness look_at(const Process& process) {
  if (process.host != host_name()) { return Liveness::unseen; }
  if (process.pid <= 0 || process.start_ns <= 0) { return Liveness::dead; }
  return process_of(process.pid) == process ? Liveness::alive : Liveness::dead;
}

}  // namespace enigma::launch
