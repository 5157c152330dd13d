// Matrix-multiplication FLOPs of one window, as the pure shape of every family counts them.
#pragma once

#include <cstddef>
#include <vector>

namespace enigma::model {

/// FLOPs of forward and backward of some windows, by what is counted.
struct TrainingFlops {
  double dense = 0;     ///< attention over all pairs: of ids, budgets and MFU
  double masked = 0;    ///< attention over the pairs that its mask allows
  double executed = 0;  ///< masked, and what backward computes again: of hardware utilisation

  TrainingFlops& operator+=(const TrainingFlops& more) {
    dense += more.dense, masked += more.masked, executed += more.executed;
    return *this;
  }
  TrainingFlops operator*(double times) const {
    return {dense * times, masked * times, executed * times};
  }
};

/// Of one forward pass: attention over all pairs, or over those that its mask allows.
struct WindowFlops {
  double forward = 0, forward_masked = 0;
  /// Of forward_masked: what belongs to no block of the model, then each block in its order.
  std::vector<double> by_block;

  /// Dense, and of backward twice as much again.
  double training() const { return 3 * forward; }
  /// `recomputes`: the activations of every block but the last are computed again in backward.
  TrainingFlops training(bool recomputes) const {
    return {3 * forward, 3 * forward_masked, 3 * forward_masked + (recomputes ? again() : 0)};
  }

 private:
  double again() const {
    double flops = 0;
    for (size_t block = 1; block + 1 < by_block.size(); ++block) { flops += by_block[block]; }
    return flops;
  }
};

}  // namespace enigma::model
