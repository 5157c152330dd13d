#include "worker/clock/clock.h"

#include <chrono>
#include <utility>

namespace enigma::worker {

int64_t wall_clock_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

double monotonic_s() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

Lap Stopwatch::lap() {
  const double now_s = monotonic_s();
  return {std::exchange(last_s_, now_s), now_s};
}

}  // namespace enigma::worker
