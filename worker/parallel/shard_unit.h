// Parameters that travel together, cut into equal parts, one a rank. Values and gradients of the
// whole are there only while a pass is in them: between passes a rank holds its own part.
#pragma once

#include "worker/parallel/collectives.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace enigma::parallel {

class ShardUnit {
 public:
  /// The parameters become views of one flat buffer, their gradients of another. Of none: every
  /// call does nothing.
  ShardUnit(std::vector<at::Tensor> parameters, Collectives& collectives);

  /// Starts to bring the whole values together, where they are not there or under way.
  void gather();
  /// Waits until they are there.
  void wait_for_values();
  /// Lets them go. What another rank has of them is lost here.
  void release_values();

  /// Room for the gradients of the whole, all 0, where there is none.
  void expect_gradients();
  /// Starts to sum them over ranks, part by part.
  void start_sum();
  /// Adds this rank's part of the sum to gradients(), and lets the whole go.
  void take_sum();

  /// This rank's part, flat.
  const at::Tensor& values() const { return own_values_; }
  const at::Tensor& gradients() const { return own_gradients_; }
  int64_t part() const { return own_values_.numel(); }
  /// Where it begins among the elements of the whole.
  int64_t first() const { return part() * collectives_->rank(); }
  /// Where each parameter begins among them.
  const std::vector<int64_t>& offsets() const { return offsets_; }

 private:
  bool is_empty() const { return parameters_.empty(); }

  std::vector<at::Tensor> parameters_;
  Collectives* collectives_;
  std::vector<int64_t> offsets_;
  at::Tensor values_, gradients_;  // of the whole; their memory comes and goes
  at::Tensor own_values_, own_gradients_;
  std::unique_ptr<Pending> gathering_, summing_;
};

}  // namespace enigma::parallel
