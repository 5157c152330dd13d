// The one place of the worker that asks what time it is.
#pragma once

#include <cstdint>

namespace enigma::worker {

/// Nanoseconds since the epoch (UTC), for what is reported.
int64_t wall_clock_ns();

/// Seconds since some fixed moment, never backwards: for what is measured.
double monotonic_s();

/// Seconds since it was made, or since the last lap.
class Stopwatch {
 public:
  double lap_s();

 private:
  double last_s_ = monotonic_s();
};

}  // namespace enigma::worker
