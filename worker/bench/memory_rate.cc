#include "worker/bench/memory_rate.h"

#include "worker/clock/clock.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace enigma::worker {
namespace {

constexpr int64_t kBytes = int64_t{256} << 20;
constexpr double kMeasure_s = 0.3;

}  // namespace

double memory_bytes_per_s() {
  const at::Tensor from = at::ones({kBytes / 4}), to = at::zeros({kBytes / 4});
  double spent_s = 0, best = 0;
  while (spent_s < kMeasure_s) {
    Stopwatch watch;
    to.copy_(from);
    const double took_s = watch.lap_s();
    best = std::max(best, 2.0 * kBytes / took_s);
    spent_s += took_s;
  }
  return best;
}

}  // namespace enigma::worker
