// This process among those of a run: which lanes are its own, and what it shares with the others.
#pragma once

#include "worker/parallel/collectives.h"
#include "worker/parallel/lanes.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace enigma::parallel {

struct Ranks {
  Collectives& collectives;
  int64_t lanes = 1;

  int64_t rank() const { return collectives.rank(); }
  int64_t world() const { return collectives.world(); }
  LaneRange own_lanes() const { return lanes_of_rank(lanes, rank(), world()); }
  bool owns(int64_t lane) const { return own_lanes().holds(lane); }

  /// `values`, of which each rank has filled its own and left the others 0, become whole on all.
  void complete(at::Tensor& values) const { collectives.all_reduce(values)->wait(); }
};

}  // namespace enigma::parallel
