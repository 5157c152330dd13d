#include "worker/parallel/lanes.h"

namespace enigma::parallel {

LaneRange lanes_of_rank(int64_t lanes, int64_t rank, int64_t world) {
  const int64_t each = lanes / world;
  return {rank * each, (rank + 1) * each};
}

int64_t rank_of_lane(int64_t lane, int64_t lanes, int64_t world) {
  return lane / (lanes / world);
}

}  // namespace enigma::parallel
