// What a step draws, as pure functions of (seed, lane, step): independent of the machine, of the
// number of ranks and of where a run was resumed (DESIGN section 6, "lanes").
#pragma once

#include "random/counter_random.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace enigma::worker {

/// The stream of a lane in a step.
CounterRandom random_of(uint64_t seed, uint64_t stream, uint64_t step);

/// Sessions (indices in the point's order) are dealt to lanes round robin, once.
int64_t lane_of_session(size_t session, int64_t lanes);
/// Those of a lane.
std::vector<size_t> sessions_of_lane(size_t sessions, int64_t lanes, int64_t lane);

/// One strategy per step for all lanes, with the listed weights.
size_t draw_strategy(uint64_t seed, int64_t step, const std::vector<double>& weights);

/// What lane `lane` trains on at step `step`.
struct LaneDraw {
  size_t session = 0;           ///< uniform over the lane's sessions
  std::vector<size_t> windows;  ///< uniform over the session's window starts, with replacement
  uint64_t permutations = 0;    ///< seed of the neuron orders and of stochastic depth
};
/// `window_counts`: training windows of every session in the point's order, none of them zero.
LaneDraw draw_lane(uint64_t seed, int64_t lane, int64_t lanes, int64_t step,
                   const std::vector<size_t>& window_counts, int64_t windows_per_lane);

/// The first `kept` entries of a uniformly random order of 0 … count − 1.
std::vector<int64_t> draw_permutation(CounterRandom& random, int64_t count, int64_t kept);

}  // namespace enigma::worker
