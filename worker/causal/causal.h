// The causal decoder of a run: sequences of token shards, next-token loss, a held-out score.
#pragma once

#include "model/causal/causal_model.h"
#include "worker/causal/corpus.h"
#include "worker/family.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace enigma::worker {

class Causal : public Family {
 public:
  explicit Causal(const RunSetup& setup);

  std::vector<model::NamedTensor> shared_parameters() const override;
  std::vector<std::string> matrices() const override;
  std::vector<std::string> blocks() const override { return model_.blocks(); }
  std::map<std::string, double> rate_scales() const override;
  void run_blocks_by(model::BlockRunner* runner) override { model_.run_blocks_by(runner); }
  std::vector<double> forward_flops_by_block() const override { return flops_per_window_.by_block; }
  std::unique_ptr<StepReader> reader(parallel::LaneRange lanes) const override;
  LaneLoss forward(const StepBatch& batch, size_t lane, WindowRange windows) override;
  /// One report: mean loss in nats over all held-out sequences, and as its baseline that of the
  /// training tokens' frequencies.
  std::vector<protocol::Eval> evaluate(int64_t step, const parallel::Ranks& ranks) override;
  int64_t evaluation_windows() const override { return corpus_.held_out.count(); }

  model::CausalModel& model() { return model_; }

 private:
  const sweeps::Point& point_;
  at::TensorOptions tensors_;
  TokenCorpus corpus_;
  model::CausalModel model_;
  model::WindowFlops flops_per_window_;
  double baseline_;
};

std::unique_ptr<Family> open_causal(const RunSetup& setup);

/// Mean loss of predicting each token by how often it stands in `training`, of which at most the
/// first 2^24 tokens a shard are counted; a token that is not among them counts once.
double frequency_loss(const Sequences& training, const Sequences& held_out, int64_t vocabulary);

}  // namespace enigma::worker
