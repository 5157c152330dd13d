// Steps that should not count: those whose loss or gradient is not finite, or far above those of
// the steps before. Decisions over plain numbers.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace enigma::worker {

/// What a step shows of itself before anything is stepped. The same on all ranks.
struct StepSigns {
  double loss = 0;
  double grad_norm = 0;      ///< of the shared class, before clipping
  double session_norms = 0;  ///< sum of the gradient norms of the sessions drawn
};

/// What earlier steps have shown, the newest last.
struct StepHistory {
  std::vector<double> losses, grad_norms;
};

/// A spike is judged by the last `kSpikeHistory` steps that counted, and not before half of them
/// are there: the rule of OLMo-core's optimiser that skips steps (128 steps, 6 deviations).
inline constexpr size_t kSpikeHistory = 128;

/// Adds a step that counted.
void remember(StepHistory& history, const StepSigns& signs);

/// What is not finite, as "training loss is nan"; nothing: all is.
std::optional<std::string> non_finite_in(const StepSigns& signs);

/// Which sign is more than `deviations` standard deviations above its mean, in words. What is not
/// finite is a spike, too.
std::optional<std::string> spike_in(const StepHistory& history, const StepSigns& signs,
                                    double deviations);

}  // namespace enigma::worker
