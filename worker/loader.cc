#include "worker/loader.h"

#include <utility>

namespace enigma::worker {

Loader::Loader(std::unique_ptr<StepReader> reader, int64_t first_step, int64_t end_step)
    : reader_(std::move(reader)) {
  thread_ = std::thread([this, first_step, end_step] { read_ahead(first_step, end_step); });
}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::unique_ptr<StepBatch> Loader::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !ready_.empty() || failure_; });
  if (ready_.empty()) { std::rethrow_exception(failure_); }
  std::unique_ptr<StepBatch> batch = std::move(ready_.front());
  ready_.pop_front();
  ready_bytes_ -= batch->bytes();
  changed_.notify_all();
  return batch;
}

// False where the loader is going away.
bool Loader::wait_for_room() {
  std::unique_lock lock(mutex_);
  changed_.wait(
      lock, [this] { return stopping_ || (ready_.size() < kDepth && ready_bytes_ < kAheadBytes); });
  return !stopping_;
}

void Loader::read_ahead(int64_t first_step, int64_t end_step) {
  try {
    if (first_step < end_step) { reader_->expect(first_step); }
    for (int64_t step = first_step; step < end_step; ++step) {
      if (step + 1 < end_step) { reader_->expect(step + 1); }
      if (!wait_for_room()) { return; }
      std::unique_ptr<StepBatch> batch = reader_->read(step);
      const std::lock_guard lock(mutex_);
      ready_bytes_ += batch->bytes();
      ready_.push_back(std::move(batch));
      changed_.notify_all();
    }
  } catch (...) {  // handed to next(), which runs on the training thread
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    changed_.notify_all();
  }
}

}  // namespace enigma::worker
