#include "worker/schedule.h"

#include <algorithm>

namespace enigma::worker {
namespace {

constexpr double kFirstRate = 1e-7;

double warm(const LearningRateSchedule& schedule, double base, int64_t step) {
  if (step >= schedule.warmup_steps || schedule.warmup_steps < 2) { return base; }
  const double share = static_cast<double>(step) / static_cast<double>(schedule.warmup_steps - 1);
  return kFirstRate + share * (base - kFirstRate);
}

}  // namespace

double learning_rate(const LearningRateSchedule& schedule, double base, int64_t step) {
  const double rate = warm(schedule, base, step);
  const int64_t left = schedule.steps - step;
  if (schedule.decay_steps <= 0 || left > schedule.decay_steps) { return rate; }
  return rate * static_cast<double>(std::max<int64_t>(left, 0)) /
         static_cast<double>(schedule.decay_steps);
}

}  // namespace enigma::worker
