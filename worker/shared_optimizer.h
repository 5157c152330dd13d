// The optimiser of the parameters of all sessions, in flat buffers: AdamW, and Muon for the
// matrices where a point asks for it. Ranks sum their gradients first, and may share the stepping
// too.
#pragma once

#include "model/named_tensor.h"
#include "worker/adamw.h"
#include "worker/muon.h"
#include "worker/parallel/exchange.h"
#include "worker/state_pieces.h"

#include <ATen/core/Tensor.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace enigma::worker {

/// Learning rates of one step.
struct SharedRates {
  double adamw = 0;
  double muon = 0;
};

/// What is stepped how.
struct SharedSettings {
  AdamW adamw = shared_adamw();
  Muon muon;
  std::set<std::string> matrices;  ///< names of those that Muon steps
  /// What the names of the parameters of each block of the forward pass begin with, in its order.
  std::vector<std::string> blocks;
};

class SharedOptimizer {
 public:
  /// Moves the parameters (and their gradients) into flat buffers; the model's tensors become
  /// views of them. A tensor that gets no gradient in a step has a zero one, and decays.
  SharedOptimizer(std::vector<model::NamedTensor> parameters, const SharedSettings& settings,
                  parallel::Collectives& collectives,
                  sweeps::Schedule schedule = sweeps::Schedule::overlapped);

  /// The next backward is the last of this step.
  void expect_last_backward() { exchange_.expect_last(); }

  /// Backward has ended: what has not left yet leaves.
  void start_sums() { exchange_.start_rest(); }

  /// Gradients are their sums over ranks afterwards. Returns the seconds waited for the others.
  double wait_for_sums();

  /// Clips the mean over `lanes` to norm 1, steps, and zeroes the gradients. Returns the norm
  /// before clipping; where that is not finite, nothing is stepped.
  double step(SharedRates rates, int64_t lanes);

  /// Sums and step in one call, where nothing is to run beside the sums.
  double sum_and_step(SharedRates rates, int64_t lanes);

  /// Ranks that share the stepping send each other what they have stepped, in the order in which a
  /// forward pass needs it. Waits for all of it, for what a block needs, or for what is needed from
  /// the beginning; each returns the seconds waited.
  double wait_for_values();
  double wait_for_block(size_t block);
  double wait_for_begin();

  /// Parameters under their names; `NAME.exp_avg`, `NAME.exp_avg_sq` and `NAME.step` of AdamW (one
  /// step count for all), `NAME.momentum_buffer` of Muon. What another rank steps is not among
  /// them.
  std::vector<StatePiece> state() const;

  /// The layout that the gradients travel by.
  const parallel::FlatLayout& layout() const { return layout_; }

 private:
  /// Elements of the flat buffers that this rank steps by AdamW; their moments follow each other.
  struct Stretch {
    int64_t first = 0, count = 0;
    int64_t moment = 0;
  };
  /// A bucket, and the first block of the forward pass that needs it; −1: its beginning does.
  struct Turn {
    size_t bucket = 0;
    int64_t block = -1;
  };
  bool is_mine(const parallel::Bucket& bucket, size_t slot) const;
  void move_into_buffers();
  void choose_stretches();
  void choose_matrices();
  void choose_order();
  int64_t first_block_of(const parallel::Bucket& bucket) const;
  void step_bucket(size_t bucket, SharedRates rates, double divisor);
  void step_matrix(size_t parameter, double learning_rate, double divisor);
  double wait_for_gathers(int64_t last_block);
  double squares() const;
  void add_moments(std::vector<StatePiece>& pieces, size_t parameter) const;

  std::vector<model::NamedTensor> parameters_;
  SharedSettings settings_;
  parallel::FlatLayout layout_;
  at::Tensor values_, gradients_;  // of all
  parallel::Exchange exchange_;
  std::map<size_t, Stretch> stretches_;   // by bucket
  at::Tensor first_, second_, steps_;     // of the stretches
  std::map<size_t, at::Tensor> momenta_;  // of the matrices that this rank steps, by parameter
  std::vector<Turn> turns_;               // of stepping and gathering
  double squares_ = 0;                    // of the summed gradients
};

}  // namespace enigma::worker
