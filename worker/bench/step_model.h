// What a step takes over a stated network: a model of one rank's computation beside what travels
// meanwhile, from the table that says how each parameter travels. Pure: nothing is measured here.
#pragma once

#include "sweeps/parallel.h"
#include "worker/optimizer/route.h"
#include "worker/parallel/delayed.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace enigma::worker {

/// What one rank computes in a step. Blocks count from 1 in the order of the forward pass; what
/// belongs to none stands at 0 and comes first.
struct StepCompute {
  std::vector<double> forward_s, backward_s;  ///< of one pass, by block
  int64_t passes = 1;                         ///< of a step: lanes, each in its parts
  double optimizer_s = 0;
  double other_s = 0;  ///< waiting for data, and what no part explains
};

/// Seconds of all passes, shared among their blocks as their FLOPs are; all of it at 0 where these
/// are not counted.
std::vector<double> by_block(double seconds, int64_t passes, const std::vector<double>& flops,
                             size_t blocks);

/// Parameters that travel together.
struct Parcel {
  double bytes = 0;
  /// The first of the forward pass that one of them belongs to: values are needed there, and
  /// gradients are complete where backward has left it.
  size_t block = 0;
  bool has_matrices = false;
};

/// What travels in a step, in the order in which it does.
struct StepTraffic {
  Road road = Road::none;
  sweeps::Schedule schedule = sweeps::Schedule::overlapped;  ///< where parameters are whole
  int64_t world = 1;
  int64_t shard_ranks = 1;     ///< ranks of a copy, where parameters are cut
  std::vector<Parcel> sums;    ///< by the turn of their sums
  std::vector<Parcel> values;  ///< by the turn of their steps; of cut parameters by block, 0 last
};

/// Of the communication table of a run; `blocks`: what the names of their parameters begin with.
StepTraffic traffic_of(const std::vector<Route>& routes, const std::vector<std::string>& blocks,
                       double element_bytes);

struct SimulatedStep {
  double step_s = 0;
  double communication_exposed_s = 0;

  /// The part of the step that is not waited for other ranks.
  double efficiency() const { return 1 - communication_exposed_s / step_s; }
};

/// A step among others like it. The links between ranks carry one thing after the other, as
/// parallel::delayed has it; that all ranks compute equally long is assumed.
SimulatedStep simulated_step(const StepCompute& compute, const StepTraffic& traffic,
                             const parallel::Network& network);

}  // namespace enigma::worker
