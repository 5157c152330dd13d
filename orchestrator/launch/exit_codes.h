// Exit codes of the contract that a launcher acts on, and its own. It links libc alone, so that
// worker/protocol, which knows them all, is no room of its.
#pragma once

namespace enigma::launch {

inline constexpr int kExitFault = 1, kExitUsage = 2;

inline constexpr int kBadPoint = 64, kBadData = 65, kInternalFault = 70, kNonFinite = 71,
                     kDiskFull = 73, kNoCheckpoint = 74, kPreempted = 75,
                     kPreemptedWithoutCheckpoint = 76, kChainEnds = 77;

/// Stopped as asked, with a checkpoint or without one.
inline constexpr bool is_preemption(int code) {
  return code == kPreempted || code == kPreemptedWithoutCheckpoint;
}

}  // namespace enigma::launch
