// Weights alone, under the published names: out of a checkpoint, and into one that a run may start
// from.
#pragma once

#include <cstdint>
#include <filesystem>

namespace enigma::worker {

/// Writes the parameters of all shards of a checkpoint into one file, without moments. Returns how
/// many. Throws InputError where the folder holds no whole checkpoint.
int64_t export_weights(const std::filesystem::path& checkpoint, const std::filesystem::path& file);

/// Writes `folder`/checkpoints/step-0 with the parameters of a published file and moments of zero:
/// session tables (`sess_params.NAME.…`) into shards of their own. The prefix `_orig_mod.` of
/// compiled models is taken off; buffers, which follow from a model's shape, are left out. Returns
/// the checkpoint's folder. Throws InputError for a file that is no safetensors file.
std::filesystem::path import_weights(const std::filesystem::path& file,
                                     const std::filesystem::path& folder);

}  // namespace enigma::worker
