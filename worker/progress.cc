#include "worker/progress.h"

namespace enigma::worker {

Utilisation utilisation(const model::TrainingFlops& flops, double seconds,
                        std::optional<double> peak_flops_per_s) {
  if (!peak_flops_per_s) { return {}; }
  const double possible = seconds * *peak_flops_per_s;
  return {flops.dense / possible, flops.masked / possible, flops.executed / possible};
}

protocol::Metrics metrics_of(const LoopState& state, const StepResult& last,
                             const Interval& interval, std::optional<double> peak_flops_per_s,
                             double memory_bytes) {
  const TimeSplit& t = interval.times;
  // MFU is of the steps themselves: scoring and saving stand beside it in their own columns.
  const double steps_s = t.total_s - t.evaluation_s - t.checkpoint_s;
  const Utilisation used = utilisation(interval.flops, steps_s, peak_flops_per_s);
  return {.step = state.step,
          .windows = state.windows,
          .flops = state.flops,
          .values = {{"train_loss", last.all.loss},
                     {"learning_rate", last.learning_rate},
                     {"grad_norm", last.grad_norm},
                     {"windows_per_s", static_cast<double>(interval.windows) / steps_s},
                     {"mfu_step", used.mfu},
                     {"mfu_step_masked", used.mfu_masked},
                     {"hardware_utilisation", used.hardware},
                     {"interval_steps", static_cast<double>(interval.steps)},
                     {"step_s", t.total_s},
                     {"data_wait_s", t.data_wait_s},
                     {"forward_s", t.forward_s},
                     {"backward_s", t.backward_s},
                     {"communication_exposed_s", t.communication_exposed_s},
                     {"optimizer_s", t.optimizer_s},
                     {"checkpoint_s", t.checkpoint_s},
                     {"evaluation_s", t.evaluation_s},
                     {"other_s", t.other_s()},
                     {"memory_bytes", memory_bytes}}};
}

bool evaluation_due(int64_t step, int64_t steps, int64_t windows_per_step,
                    int64_t evaluation_windows) {
  const int64_t quarter = steps / 4;
  if (quarter == 0 || step % quarter != 0 || step / quarter > 3) { return false; }
  return evaluation_windows * 20 <= 3 * quarter * windows_per_step;
}

}  // namespace enigma::worker
