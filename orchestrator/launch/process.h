// A process that outlives its observer: named by (host, boot, pid, start), because a pid alone is
// handed out again. libc only: the launcher and the local executor both read it.
#pragma once

#include <cstdint>
#include <string>

namespace enigma::launch {

/// Who a process is, for as long as the machine does not restart; `boot` tells restarts apart.
struct Process {
  std::string host;
  std::string boot;  ///< /proc/sys/kernel/random/boot_id
  int64_t pid = 0;
  int64_t start_ns = 0;  ///< since boot, from /proc/PID/stat (proc(5), field 22)

  bool operator==(const Process&) const = default;
};

enum class Liveness { alive, dead, unseen };  ///< unseen: on another machine, nobody here can tell

/// Seconds since the epoch.
double now_s();

/// The calling process.
Process this_process();

/// The process of this pid on this machine; start_ns is 0 where there is none (or only a zombie).
Process process_of(int64_t pid);

/// Dead when the machine restarted or (pid, start) no longer exists here.
Liveness look_at(const Process& process);

}  // namespace enigma::launch
