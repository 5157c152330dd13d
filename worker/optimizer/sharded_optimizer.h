// The shared parameters cut over ranks block by block: each rank holds and steps its part of
// values, gradients and moments. A matrix that Muon steps may lie on several ranks: they bring its
// momentum together and each works out the rows of the step that are its own.
#pragma once

#include "model/named_tensor.h"
#include "worker/optimizer/shared_optimizer.h"
#include "worker/parallel/copies.h"
#include "worker/parallel/sharded_blocks.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace enigma::worker {

class ShardedOptimizer final : public SharedOptimizer {
 public:
  ShardedOptimizer(std::vector<model::NamedTensor> parameters, const SharedSettings& settings,
                   parallel::Copies copies);

  void begin_pass(bool is_last) override;
  void before_forward(size_t block) override;
  void before_backward(size_t block) override;
  void after_backward(size_t block) override;
  void end_pass() override;
  void start_sums() override {}
  void wait_for_sums() override;
  std::vector<at::Tensor> gradients() const override;
  /// Costs each rank the memory of the whole values.
  void hold_values() override;
  void release_values() override { blocks_.release_all(); }
  std::vector<StatePiece> state() override;
  std::vector<Route> routes() const override;

 private:
  /// The elements of a parameter that this rank holds.
  struct Piece {
    size_t parameter = 0;
    int64_t first = 0;  ///< of the parameter's elements
    int64_t count = 0;
    int64_t at = 0;  ///< in the rank's part of the unit
    bool is_matrix = false;
    at::Tensor moment;         ///< first one of AdamW; Muon's momentum
    at::Tensor second_moment;  ///< of AdamW
  };
  /// What is stepped of a unit.
  struct Share {
    std::vector<size_t> parameters;  ///< in the unit's order
    std::vector<Piece> pieces;
    bool has_matrices = false;
  };
  /// Momentum of all of a unit's matrices, on its way to every rank.
  struct Momentum {
    at::Tensor whole;
    std::unique_ptr<parallel::Pending> gathering;
  };
  std::vector<parallel::ShardUnit> cut();
  void choose_pieces();
  double squares() const override { return squares_; }
  void take_step(SharedRates rates, double divisor) override;
  double summed_squares();
  void step_elements(size_t unit, double learning_rate, double divisor);
  Momentum start_momentum(size_t unit, double divisor);
  void step_matrices(size_t unit, double learning_rate, const Momentum& momentum);
  void add_state(const Piece& piece, const parallel::ShardUnit& unit,
                 std::vector<StatePiece>& pieces) const;

  std::vector<model::NamedTensor> parameters_;
  SharedSettings settings_;
  parallel::Copies copies_;
  std::vector<Share> shares_;  // by unit
  parallel::ShardedBlocks blocks_;
  at::Tensor steps_;
  bool is_last_ = false;
  double squares_ = 0;  // of the summed gradients
};

}  // namespace enigma::worker
