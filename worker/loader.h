// Batches of steps to come, read ahead by one thread within bounded memory. Resumes from the step
// number alone.
#pragma once

#include "worker/family.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace enigma::worker {

class Loader {
 public:
  /// Read ahead are at most so many steps, and no further one once they hold so many bytes.
  static constexpr size_t kDepth = 8;
  static constexpr int64_t kAheadBytes = int64_t{256} << 20;

  /// Reads steps [first, end).
  Loader(std::unique_ptr<StepReader> reader, int64_t first_step, int64_t end_step);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The next step's batch; waits for it. Throws what the reading thread met.
  std::unique_ptr<StepBatch> next();

 private:
  bool wait_for_room();
  void read_ahead(int64_t first_step, int64_t end_step);

  std::unique_ptr<StepReader> reader_;  // of the reading thread
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<StepBatch>> ready_;
  int64_t ready_bytes_ = 0;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace enigma::worker
