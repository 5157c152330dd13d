// Batches of steps to come, read ahead by one thread. Resumes from the step number alone.
#pragma once

#include "model/brain_model.h"
#include "worker/corpus.h"
#include "worker/strategies.h"
#include "worker/window_reader.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace enigma::worker {

struct LaneBatch {
  size_t session = 0;
  model::Batch batch;
};
struct StepBatch {
  int64_t step = 0;
  size_t strategy = 0;  ///< row of the strategy table
  std::vector<LaneBatch> lanes;
};

/// What the draws of a run depend on, besides the step.
struct DrawPlan {
  uint64_t seed = 0;
  int64_t lanes = 1, windows_per_lane = 1;
};

/// A batch of windows of one session. `orders`: per window the kept neurons, in shuffled order.
model::Batch read_batch(WindowReader& reader, const Corpus& corpus, size_t session,
                        const std::vector<double>& starts_s,
                        const std::vector<std::vector<int64_t>>& orders);

/// The batch of one step: a pure function of (corpus, shape, strategies, plan, step).
StepBatch read_step(WindowReader& reader, const Corpus& corpus, const model::ModelShape& shape,
                    const StrategyTable& strategies, const DrawPlan& plan, int64_t step);

class Loader {
 public:
  static constexpr size_t kDepth = 4;  ///< steps read ahead

  /// Everything by reference must outlive the loader. Reads steps [first, end).
  Loader(const Corpus& corpus, const model::ModelShape& shape, const StrategyTable& strategies,
         DrawPlan plan, int64_t first_step, int64_t end_step);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The next step's batch; waits for it. Throws what the reading thread met.
  StepBatch next();

 private:
  void read_ahead(int64_t first_step, int64_t end_step);

  const Corpus& corpus_;
  const model::ModelShape& shape_;
  const StrategyTable& strategies_;
  const DrawPlan plan_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<StepBatch> ready_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace enigma::worker
