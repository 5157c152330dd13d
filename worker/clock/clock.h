// The one place of the worker that asks what time it is.
#pragma once

#include <cstdint>

namespace enigma::worker {

/// Nanoseconds since the epoch (UTC), for what is reported.
int64_t wall_clock_ns();

/// Seconds since some fixed moment, never backwards: for what is measured.
double monotonic_s();

/// Between two readings of monotonic_s().
struct Lap {
  double from_s = 0, to_s = 0;

  double seconds() const { return to_s - from_s; }
};

/// What passed since it was made, or since the last lap.
class Stopwatch {
 public:
  Lap lap();
  double lap_s() { return lap().seconds(); }

 private:
  double last_s_ = monotonic_s();
};

}  // namespace enigma::worker
