// A copy of the shared parameters on every rank, in flat buffers. Ranks sum their gradients, and
// may share the stepping too.
#pragma once

#include "model/named_tensor.h"
#include "worker/optimizer/shared_optimizer.h"
#include "worker/parallel/exchange.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace enigma::worker {

class ReplicatedOptimizer final : public SharedOptimizer {
 public:
  /// Moves the parameters (and their gradients) into flat buffers; the model's tensors become
  /// views of them. A tensor that gets no gradient in a step has a zero one, and decays.
  ReplicatedOptimizer(std::vector<model::NamedTensor> parameters, const SharedSettings& settings,
                      parallel::Collectives& collectives,
                      sweeps::Schedule schedule = sweeps::Schedule::overlapped);

  void begin_pass(bool is_last) override;
  /// Ranks that share the stepping send each other what they have stepped, in the order in which a
  /// forward pass needs it: here it waits for what the block needs.
  void before_forward(size_t block) override;
  void start_sums() override { exchange_.start_rest(); }
  void wait_for_sums() override;
  std::vector<at::Tensor> gradients() const override { return {gradients_}; }
  void hold_values() override;
  std::vector<StatePiece> state() override;
  std::vector<Route> routes() const override;

  /// The layout that the gradients travel by.
  const parallel::FlatLayout& layout() const { return layout_; }

 private:
  /// Elements of the flat buffers that this rank steps by AdamW at one rate; their moments follow
  /// each other.
  struct Stretch {
    int64_t first = 0, count = 0;
    int64_t moment = 0;
    double rate_scale = 1;
  };
  /// A bucket, and the first block of the forward pass that needs it; −1: its beginning does.
  struct Turn {
    size_t bucket = 0;
    int64_t block = -1;
  };
  bool is_mine(const parallel::Bucket& bucket, size_t slot) const;
  void move_into_buffers();
  void choose_stretches();
  std::vector<Stretch> stretches_of(const parallel::Bucket& bucket) const;
  void choose_matrices();
  void choose_order();
  int64_t first_block_of(const parallel::Bucket& bucket) const;
  void step_bucket(size_t bucket, SharedRates rates, double divisor);
  void step_matrix(size_t parameter, double learning_rate, double divisor);
  void wait_for_gathers(int64_t last_block);
  double squares() const override { return squares_; }
  void take_step(SharedRates rates, double divisor) override;
  double summed_squares() const;
  void add_moments(std::vector<StatePiece>& pieces, size_t parameter) const;

  std::vector<model::NamedTensor> parameters_;
  SharedSettings settings_;
  parallel::FlatLayout layout_;
  at::Tensor values_, gradients_;  // of all
  parallel::Exchange exchange_;
  std::map<size_t, std::vector<Stretch>> stretches_;  // by bucket
  at::Tensor first_, second_, steps_;                 // of the stretches
  std::map<size_t, at::Tensor> momenta_;  // of the matrices that this rank steps, by parameter
  std::vector<Turn> turns_;               // of stepping and gathering
  double squares_ = 0;                    // of the summed gradients
};

}  // namespace enigma::worker
