// Checkpoint folders: shards written aside, a manifest, one rename. Files only, no tensors.
//   checkpoints/step-N/{state.json, shared.safetensors, shared-R.safetensors,
//   session-NAME.safetensors}
#pragma once

#include "files/safetensors.h"
#include "worker/spikes.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace enigma::worker {

/// Everything that a run is besides its tensors. Batches follow from `batch()` alone.
struct LoopState {
  int64_t step = 0;     ///< steps done
  int64_t windows = 0;  ///< windows trained on
  double flops = 0;     ///< of all steps done, dense convention

  // Where a point says what becomes of spikes.
  int64_t batches_passed_over = 0;  ///< by ways back
  int64_t spikes = 0;
  StepHistory history;

  /// Of the data, that the next step trains on.
  int64_t batch() const { return step + batches_passed_over; }
};
nlohmann::ordered_json to_json(const LoopState& state);
/// Throws std::runtime_error for what is missing or of the wrong type.
LoopState loop_state_from_json(const nlohmann::json& json);

struct WrittenCheckpoint {
  int64_t step = 0;
  std::string path;  ///< relative to the attempt's folder: checkpoints/step-N
  int64_t bytes = 0;
  std::string sha256;  ///< of state.json, which holds the sizes and digests of every shard
};

/// A file of a checkpoint, by its name in the folder.
struct ShardFile {
  std::string name;
  WrittenFile written;
};
/// Writes this rank's files into a folder, each synced by itself.
using WriteShards = std::function<std::vector<ShardFile>(const std::filesystem::path& folder)>;

/// A checkpoint in the making: each rank fills a folder aside, then rank 0 adds the manifest and
/// renames.
struct CheckpointPlace {
  std::filesystem::path attempt_dir;
  std::string point_id;
  LoopState state;
  int64_t rank = 0, world = 1;
};
/// One rank's files, and what they are. Leaves nothing of them behind where it throws.
void write_files(const CheckpointPlace& place, const WriteShards& write_shards);
/// Removes what stands aside of one that is not to be.
void abandon(const CheckpointPlace& place);
/// Rank 0's part, when all have written: `attempt_dir`/checkpoints/step-N. The last two of this
/// attempt stay.
WrittenCheckpoint complete_checkpoint(const CheckpointPlace& place);

/// Both at once, of one rank.
WrittenCheckpoint write_checkpoint(const CheckpointPlace& place, const WriteShards& write_shards);

/// What a checkpoint says of itself; its shards are not looked at. Throws std::runtime_error where
/// it is torn.
LoopState read_loop_state(const std::filesystem::path& folder);

/// The state in a whole checkpoint; throws std::runtime_error that says what is torn: a shard that
/// is missing, or of another size or digest than the manifest says.
LoopState read_checkpoint(const std::filesystem::path& folder);

/// Checkpoints of every attempt of a run, newest step first (then latest attempt).
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& run_dir);

/// Where to begin.
struct Start {
  std::filesystem::path folder;  ///< empty = from scratch
  LoopState state;
  std::vector<std::string> torn;  ///< what was passed over, and why
};
/// The newest whole checkpoint of the run, else `branch` (ENIGMA_START), else nothing. Throws
/// Ending(74) where checkpoints exist but none can be read.
Start find_start(const std::filesystem::path& run_dir, const std::filesystem::path& branch);

}  // namespace enigma::worker
