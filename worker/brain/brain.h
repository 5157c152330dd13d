// The brain model of a run: recordings, masking strategies, a session a lane.
#pragma once

#include "model/brain/brain_model.h"
#include "worker/brain/corpus.h"
#include "worker/brain/evaluation.h"
#include "worker/brain/strategies.h"
#include "worker/family.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace enigma::worker {

/// A family whose output biases begin at the inverse softplus of the neurons' mean rates unless the
/// point says `"bias": "published"`.
class Brain : public Family {
 public:
  explicit Brain(const RunSetup& setup);

  std::vector<model::NamedTensor> shared_parameters() const override;
  std::vector<SessionParameters> session_parameters() const override;
  std::vector<std::string> matrices() const override;
  std::vector<std::string> blocks() const override { return model_.blocks(); }
  void run_blocks_by(model::BlockRunner* runner) override { model_.run_blocks_by(runner); }
  std::vector<double> forward_flops_by_block() const override;
  std::unique_ptr<StepReader> reader(parallel::LaneRange lanes) const override;
  LaneLoss forward(const StepBatch& batch, size_t lane, WindowRange windows) override;
  std::vector<protocol::Eval> evaluate(int64_t step, const parallel::Ranks& ranks) override;
  int64_t evaluation_windows() const override { return evaluation_.windows(); }
  std::vector<std::string> remarks() const override;

  Evaluation& evaluation() { return evaluation_; }
  model::BrainModel& model() { return model_; }
  const Corpus& corpus() const { return corpus_; }

 private:
  const sweeps::Point& point_;
  at::TensorOptions tensors_;
  Corpus corpus_;
  model::ModelShape shape_;
  std::map<size_t, Rates> rates_;  ///< of every session
  StrategyTable strategies_;
  Evaluation evaluation_;
  model::BrainModel model_;
};

std::unique_ptr<Family> open_brain(const RunSetup& setup);

/// x with ln(1 + e^(x/10))·10 = rate: softplus with β 0.1 undone. Rates below 1e-3 count as 1e-3.
double inverse_softplus(double rate);

}  // namespace enigma::worker
