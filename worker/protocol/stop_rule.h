// When a run is to be held for what it reports, as a sweep says.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace enigma::protocol {

/// A condition over means of the last `over_steps` steps (orchestrator/decide/trace.h).
struct StopRule {
  std::string condition;
  int64_t over_steps = 100;
  bool operator==(const StopRule&) const = default;
};

/// The names that a condition may use.
inline constexpr std::array<const char*, 7> kStopNames = {"step", "progress", "train_loss", "gain",
                                                          "rise", "behind",   "mfu_step"};

}  // namespace enigma::protocol
