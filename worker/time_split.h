// Where the wall time of steps went, and the clock that it is measured with.
#pragma once

#include <chrono>

namespace enigma::worker {

/// Seconds since it was made, or since the last lap.
class Stopwatch {
 public:
  double lap_s() {
    const auto now = std::chrono::steady_clock::now();
    const double passed_s = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return passed_s;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// Sums over some steps. `total_s` is measured on its own: what no part explains is other_s().
struct TimeSplit {
  double data_wait_s = 0, forward_s = 0, backward_s = 0, optimizer_s = 0, checkpoint_s = 0,
         evaluation_s = 0, total_s = 0;

  double other_s() const {
    return total_s - data_wait_s - forward_s - backward_s - optimizer_s - checkpoint_s -
           evaluation_s;
  }
};

}  // namespace enigma::worker
