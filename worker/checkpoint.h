// Checkpoint folders: shards written aside, a manifest, one rename. Files only, no tensors.
//   checkpoints/step-N/{state.json, shared.safetensors, session-NAME.safetensors, …}
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace enigma::worker {

/// Everything that a run is besides its tensors. Batches follow from `step` alone.
struct LoopState {
  int64_t step = 0;     ///< steps done
  int64_t windows = 0;  ///< windows trained on
  double flops = 0;     ///< of all steps done, dense convention
};
nlohmann::ordered_json to_json(const LoopState& state);
/// Throws std::runtime_error for what is missing or of the wrong type.
LoopState loop_state_from_json(const nlohmann::json& json);

struct WrittenCheckpoint {
  std::string path;  ///< relative to the attempt's folder: checkpoints/step-N
  int64_t bytes = 0;
  std::string sha256;  ///< of state.json, which holds the sizes and digests of every shard
};

/// Writes `attempt_dir`/checkpoints/step-N: `write_shards(folder)` fills a folder aside (each file
/// synced by itself), the manifest follows, then the rename. The last two of this attempt stay.
WrittenCheckpoint write_checkpoint(
    const std::filesystem::path& attempt_dir, const std::string& point_id, const LoopState& state,
    const std::function<void(const std::filesystem::path& folder)>& write_shards);

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
