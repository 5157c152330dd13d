// When to tell, to keep and to score: decisions over plain numbers, and the metrics of an interval.
#pragma once

#include "worker/protocol/report.h"
#include "worker/step.h"
#include "worker/trace/time_split.h"

#include <cstdint>
#include <optional>

namespace enigma::worker {

/// What was done since the last metrics report.
struct Interval {
  TimeSplit times;
  int64_t steps = 0, windows = 0;
  model::TrainingFlops flops;
};

/// Shares of a peak that FLOPs make in some seconds; nothing where the peak is unknown.
struct Utilisation {
  std::optional<double> mfu;         ///< attention over all pairs (dense)
  std::optional<double> mfu_masked;  ///< over the pairs that a mask allows
  std::optional<double> hardware;    ///< what runs: those pairs, and what is computed again
};
Utilisation utilisation(const model::TrainingFlops& flops, double seconds,
                        std::optional<double> peak_flops_per_s);

/// The contract's values: those of the last step (train_loss, learning_rate, grad_norm), rates, and
/// seconds summed over the interval's `interval_steps` steps, so that shares add up exactly.
protocol::Metrics metrics_of(const LoopState& state, const StepResult& last,
                             const Interval& interval, std::optional<double> peak_flops_per_s,
                             double memory_bytes);

/// Whether a step is scored besides the last: at each quarter of the run, where scoring costs at
/// most a twentieth of the quarter (a forward pass counts as a third of a training window).
bool evaluation_due(int64_t step, int64_t steps, int64_t windows_per_step,
                    int64_t evaluation_windows);

}  // namespace enigma::worker
