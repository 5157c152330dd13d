// Checkpoints of a run, written while it trains on: a rank copies its state, a thread writes the
// copy, and when all ranks have written, they take the checkpoint in together.
#pragma once

#include "worker/checkpoint.h"
#include "worker/parallel/collectives.h"

#include <future>
#include <optional>

namespace enigma::worker {

class CheckpointWriter {
 public:
  explicit CheckpointWriter(parallel::Collectives& collectives) : collectives_(collectives) {}
  /// Waits for the thread; what is not complete is abandoned.
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  /// Starts to write; none may be under way. `write_shards` runs on another thread.
  void start(CheckpointPlace place, WriteShards write_shards);

  /// One has been started and is not complete.
  bool is_under_way() const { return place_.has_value(); }
  /// Its files of this rank are still being written.
  bool is_writing() const;

  /// With all ranks: waits for what is still being written, and makes the checkpoint count. What it
  /// returns is known to rank 0 alone. Throws what the writing threw.
  WrittenCheckpoint complete();

 private:
  parallel::Collectives& collectives_;
  std::optional<CheckpointPlace> place_;
  std::future<void> writing_;
};

}  // namespace enigma::worker
