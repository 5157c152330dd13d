// Batches of steps to come, read ahead by one thread within bounded memory. Resumes from the step
// number alone.
#pragma once

#include "model/brain/brain_model.h"
#include "worker/corpus.h"
#include "worker/draw.h"
#include "worker/staging.h"
#include "worker/strategies.h"

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
model::Batch read_batch(Staging& staging, const Corpus& corpus, size_t session,
                        const std::vector<double>& starts_s,
                        const std::vector<std::vector<int64_t>>& orders);

/// Reads any step's batch: a pure function of (corpus, shape, strategies, plan, step).
class StepReader {
 public:
  /// Everything by reference must outlive the reader.
  StepReader(const Corpus& corpus, const model::ModelShape& shape, const StrategyTable& strategies,
             DrawPlan plan);

  StepBatch read(int64_t step);
  /// Lets the files of a step come into memory meanwhile; returns at once.
  void expect(int64_t step) const;

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

class Loader {
 public:
  /// Read ahead are at most so many steps, and no further one once they hold so many bytes.
  static constexpr size_t kDepth = 8;
  static constexpr int64_t kAheadBytes = int64_t{256} << 20;

  /// Everything by reference must outlive the loader. Reads steps [first, end).
  Loader(const Corpus& corpus, const model::ModelShape& shape, const StrategyTable& strategies,
         DrawPlan plan, int64_t first_step, int64_t end_step);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The next step's batch; waits for it. Throws what the reading thread met.
  StepBatch next();

 private:
  bool wait_for_room();
  void read_ahead(int64_t first_step, int64_t end_step);

  StepReader reader_;  // of the reading thread
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<StepBatch> ready_;
  int64_t ready_bytes_ = 0;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace enigma::worker
