#include "worker/weights.h"

#include "diagnostics/diagnostic.h"
#include "model/tensor_file.h"
#include "worker/checkpoint.h"
#include "worker/optimizer/state_pieces.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

namespace enigma::worker {
namespace {

namespace fs = std::filesystem;

/// Buffers of the published models: none is a parameter.
constexpr std::array<std::string_view, 6> kBuffers = {
    "behavior_timestamps", "positional_embeddings", "_latent_ids",
    "_latent_timestamps",  "_latent_window_sizes",  "inv_freq"};
constexpr std::array<std::string_view, 4> kMoments = {".exp_avg", ".exp_avg_sq", ".step",
                                                      ".momentum_buffer"};
constexpr std::string_view kCompiled = "_orig_mod.", kSession = "sess_params.";

bool ends_with_any(const std::string& name, auto endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

[[noreturn]] void refuse(const fs::path& file, const std::string& message,
                         const std::string& expected) {
  throw InputError({{.file = file.string(), .message = message, .expected = expected}});
}

model::Tensors tensors_in(const fs::path& file) {
  try {
    return model::read_tensors(file);
  } catch (const std::runtime_error& error) {
    refuse(file, error.what(), "a safetensors file of weights");
  }
}

std::string bare(std::string name) {
  for (size_t at; (at = name.find(kCompiled)) != std::string::npos;) {
    name.erase(at, kCompiled.size());
  }
  return name;
}

/// shared.safetensors or session-NAME.safetensors.
std::string shard_of(const std::string& name) {
  if (!name.starts_with(kSession)) { return "shared.safetensors"; }
  const size_t end = name.find("._", kSession.size());
  return "session-" + name.substr(kSession.size(), end - kSession.size()) + ".safetensors";
}

void add_fresh(model::Tensors& shard, const std::string& name, const at::Tensor& values) {
  const at::Tensor zeros = at::zeros(values.sizes(), at::kFloat);
  shard[name] = values.to(at::kFloat);
  shard[name + ".exp_avg"] = zeros;
  shard[name + ".exp_avg_sq"] = zeros;
  shard[name + ".step"] = at::zeros({}, at::kFloat);
}

}  // namespace

int64_t export_weights(const fs::path& checkpoint, const fs::path& file) {
  try {
    read_checkpoint(checkpoint);
  } catch (const std::exception& error) {
    refuse(checkpoint, error.what(), "the folder of a whole checkpoint (…/checkpoints/step-N)");
  }
  std::vector<fs::path> shards;
  for (const auto& entry : fs::directory_iterator(checkpoint)) {
    if (entry.path().extension() == ".safetensors") { shards.push_back(entry.path()); }
  }
  const StoredPieces stored(shards);
  model::Tensors weights;
  for (const std::string& name : stored.names()) {
    if (!ends_with_any(name, kMoments)) { weights[name] = stored.whole(name); }
  }
  model::write_tensors(file, weights, {{"format", "pt"}});
  return static_cast<int64_t>(weights.size());
}

fs::path import_weights(const fs::path& file, const fs::path& folder) {
  std::map<std::string, model::Tensors> shards;
  for (const auto& [stored, tensor] : tensors_in(file)) {
    const std::string name = bare(stored);
    if (!ends_with_any(name, kBuffers)) { add_fresh(shards[shard_of(name)], name, tensor); }
  }
  if (shards.empty()) { refuse(file, "the file holds no parameter", "weights"); }
  const WrittenCheckpoint written =
      write_checkpoint({folder, "imported", {}}, [&](const fs::path& aside) {
        std::vector<ShardFile> files;
        for (const auto& [name, tensors] : shards) {
          files.push_back({name, model::write_tensors(aside / name, tensors)});
        }
        return files;
      });
  return folder / written.path;
}

}  // namespace enigma::worker
