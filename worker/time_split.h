// Where the wall time of steps went.
#pragma once

namespace enigma::worker {

/// Sums over some steps. `total_s` is measured on its own: what no part explains is other_s().
struct TimeSplit {
  double data_wait_s = 0, forward_s = 0, backward_s = 0, communication_exposed_s = 0,
         optimizer_s = 0, checkpoint_s = 0, evaluation_s = 0, total_s = 0;

  /// The part of some seconds that was not waited for other ranks; what was is told apart.
  double own_s(double passed_s, double waited_s) {
    communication_exposed_s += waited_s;
    return passed_s - waited_s;
  }
  double other_s() const {
    return total_s - data_wait_s - forward_s - backward_s - communication_exposed_s - optimizer_s -
           checkpoint_s - evaluation_s;
  }
};

}  // namespace enigma::worker
