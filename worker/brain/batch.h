// The batch of a step: per lane some windows of one session, as a pure function of the step.
#pragma once

#include "model/brain/brain_model.h"
#include "worker/brain/corpus.h"
#include "worker/brain/draw.h"
#include "worker/brain/staging.h"
#include "worker/brain/strategies.h"
#include "worker/family.h"

#include <memory>
#include <optional>
#include <vector>

namespace enigma::worker {

struct LaneBatch {
  size_t session = 0;
  model::Batch batch;
};
struct BrainBatch : StepBatch {
  size_t lanes() const override { return of_lane.size(); }
  int64_t bytes() const override;

  size_t strategy = 0;  ///< row of the strategy table
  std::vector<LaneBatch> of_lane;
};

/// What the draws of a run depend on, besides the step.
struct DrawPlan {
  uint64_t seed = 0;
  int64_t lanes = 1, windows_per_lane = 1;
  std::optional<parallel::LaneRange> own = std::nullopt;  ///< that are read here; nothing: all
};

/// A batch of windows of one session. `orders`: per window the kept neurons, in shuffled order.
model::Batch read_batch(Staging& staging, const Corpus& corpus, size_t session,
                        const std::vector<double>& starts_s,
                        const std::vector<std::vector<int64_t>>& orders);

/// A function of (corpus, shape, strategies, plan, step).
class BrainReader : public StepReader {
 public:
  /// Everything by reference must outlive the reader.
  BrainReader(const Corpus& corpus, const model::ModelShape& shape, const StrategyTable& strategies,
              DrawPlan plan);

  std::unique_ptr<StepBatch> read(int64_t step) override;
  void expect(int64_t step) const override;

 private:
  std::vector<LaneDraw> draws_of(int64_t step) const;
  LaneBatch read_lane(const LaneDraw& draw);

  const Corpus& corpus_;
  const model::ModelShape& shape_;
  const StrategyTable& strategies_;
  const DrawPlan plan_;
  std::vector<size_t> window_counts_;  // per session
  Staging staging_;
};

}  // namespace enigma::worker
