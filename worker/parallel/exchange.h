// How the gradients of the shared parameters become sums over all ranks: bucket by bucket, while
// backward still runs or after it, whole on every rank or each part on its own.
#pragma once

#include "sweeps/parallel.h"
#include "worker/parallel/collectives.h"
#include "worker/parallel/flat_layout.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace enigma::parallel {

using sweeps::Schedule;

class Exchange {
 public:
  /// `gradients`: the flat buffer; `parameters`: the leaves whose gradients are views of it, in the
  /// order of the layout. Everything by reference must outlive the exchange.
  Exchange(Collectives& collectives, const FlatLayout& layout, at::Tensor gradients,
           const std::vector<at::Tensor>& parameters, Schedule schedule);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// The next backward is the last of this step on this rank.
  void expect_last();

  /// Backward has ended: starts what has not been started.
  void start_rest();

  /// Waits for all that was started.
  void wait();

  /// Gathers the values of a bucket from the ranks that have stepped them. Only of `scattered`.
  void gather(const at::Tensor& values, const Bucket& bucket);
  /// Waits until at most `left` gathers are under way; they end in the order of their start.
  void wait_for_gathers(size_t left);

  Schedule schedule() const { return schedule_; }
  Collectives& collectives() const { return collectives_; }
  /// Whether each rank has the sums of its own parts alone.
  bool is_scattered() const { return schedule_ == Schedule::scattered && collectives_.world() > 1; }

 private:
  struct Landing;
  void landed(size_t bucket);
  void start(size_t bucket);

  Collectives& collectives_;
  const FlatLayout& layout_;
  at::Tensor gradients_;
  Schedule schedule_;
  std::vector<std::unique_ptr<Landing>> landings_;  // keep the hooks of the leaves alive
  std::vector<size_t> missing_;                     // gradients, of each bucket
  size_t started_ = 0;                              // buckets, in the order of the layout
  bool last_ = false;
  std::vector<std::unique_ptr<Pending>> pending_;
  std::deque<std::unique_ptr<Pending>> gathers_;  // under way
};

}  // namespace enigma::parallel
