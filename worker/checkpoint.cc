#include "worker/checkpoint.h"

#include "files/atomic_file.h"
#include "files/sha256.h"
#include "worker/ending.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>
#include <tuple>

namespace enigma::worker {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kManifest = "state.json";
constexpr const char* kSchema = "enigma.checkpoint/2";
constexpr const char* kDigest = "sha256";
constexpr int kIndent = 1;
constexpr size_t kManifestBytesMax = 64 << 20;
constexpr size_t kKept = 2;

/// N of "PREFIX-N", or nothing.
std::optional<int64_t> number_after(const std::string& name, const std::string& prefix) {
  if (!name.starts_with(prefix)) { return std::nullopt; }
  int64_t number = 0;
  const char* end = name.data() + name.size();
  const auto result = std::from_chars(name.data() + prefix.size(), end, number);
  if (result.ec != std::errc() || result.ptr != end || number < 0) { return std::nullopt; }
  return number;
}

struct Numbered {
  int64_t number;
  fs::path path;
};

std::vector<Numbered> numbered_folders(const fs::path& folder, const std::string& prefix) {
  std::vector<Numbered> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (const auto number = number_after(entry.path().filename().string(), prefix)) {
      found.push_back({*number, entry.path()});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Numbered& a, const Numbered& b) { return a.number > b.number; });
  return found;
}

Json entries_of(const std::vector<ShardFile>& files) {
  Json entries = Json::object();
  for (const auto& [name, written] : files) {
    entries[name] = {{"bytes", written.bytes}, {"sha256", written.sha256}};
  }
  return entries;
}

/// What one rank has written, until rank 0 has taken it into the manifest.
fs::path entries_file(const fs::path& folder, int64_t rank) {
  return folder / ("files-" + std::to_string(rank) + ".json");
}

/// The entries of all ranks, by name.
Json collect_entries(const fs::path& folder, int64_t world) {
  std::map<std::string, Json> sorted;
  for (int64_t rank = 0; rank < world; ++rank) {
    const fs::path file = entries_file(folder, rank);
    const Json entries = Json::parse(read_file(file, kManifestBytesMax));
    for (const auto& item : entries.items()) { sorted[item.key()] = item.value(); }
    fs::remove(file);
  }
  return sorted;
}

/// The digest of a manifest, of all but that digest.
std::string digest_of(Json manifest) {
  manifest.erase(kDigest);
  return sha256(manifest.dump());
}

/// Of a manifest and its text, which is as it was written to the byte. Those of the first schema
/// have no digest.
bool is_whole(const Json& manifest, const std::string& text) {
  if (!manifest.is_object() || !manifest.contains("files") || !manifest.contains("state")) {
    return false;
  }
  const Json schema = manifest.value("schema", Json()), digest = manifest.value(kDigest, Json());
  if (schema == "enigma.checkpoint/1") { return digest.is_null(); }
  return schema == kSchema && digest == digest_of(manifest) && text == manifest.dump(kIndent);
}

Json manifest_in(const fs::path& folder) {
  const std::string text = read_file(folder / kManifest, kManifestBytesMax);
  auto manifest = Json::parse(text, nullptr, false);
  if (!is_whole(manifest, text)) {
    throw std::runtime_error((folder / kManifest).string() + ": torn or damaged");
  }
  return manifest;
}

int64_t folder_bytes(const fs::path& folder) {
  int64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    bytes += static_cast<int64_t>(entry.file_size());
  }
  return bytes;
}

void remove_old(const fs::path& checkpoints) {
  const auto all = numbered_folders(checkpoints, "step-");
  for (size_t i = kKept; i < all.size(); ++i) { fs::remove_all(all[i].path); }
}

void check_shard(const fs::path& path, const nlohmann::json& entry) {
  if (!fs::exists(path)) { throw std::runtime_error(path.string() + ": missing"); }
  if (fs::file_size(path) != entry.at("bytes").get<uint64_t>()) {
    throw std::runtime_error(path.string() + ": torn, its size differs from the manifest's");
  }
  if (sha256_of_file(path) != entry.at("sha256").get<std::string>()) {
    throw std::runtime_error(path.string() + ": damaged, its digest differs from the manifest's");
  }
}

}  // namespace

Json to_json(const LoopState& state) {
  Json json = {{"step", state.step}, {"windows", state.windows}, {"flops", state.flops}};
  if (state.batches_passed_over > 0) { json["batches_passed_over"] = state.batches_passed_over; }
  if (state.spikes > 0) { json["spikes"] = state.spikes; }
  if (!state.history.losses.empty()) {
    json["history"] = {{"losses", state.history.losses}, {"grad_norms", state.history.grad_norms}};
  }
  return json;
}

LoopState loop_state_from_json(const nlohmann::json& json) {
  LoopState state{.step = json.at("step").get<int64_t>(),
                  .windows = json.at("windows").get<int64_t>(),
                  .flops = json.at("flops").get<double>(),
                  .batches_passed_over = json.value("batches_passed_over", int64_t{0}),
                  .spikes = json.value("spikes", int64_t{0})};
  if (json.contains("history")) {
    const auto& history = json["history"];
    state.history = {history.at("losses").get<std::vector<double>>(),
                     history.at("grad_norms").get<std::vector<double>>()};
  }
  return state;
}

namespace {

std::string name_of(const CheckpointPlace& place) {
  return "step-" + std::to_string(place.state.step);
}

fs::path aside_of(const CheckpointPlace& place) {
  return place.attempt_dir / "checkpoints" / ("." + name_of(place) + ".part");
}

}  // namespace

void write_files(const CheckpointPlace& place, const WriteShards& write_shards) {
  const fs::path aside = aside_of(place);
  try {
    fs::create_directories(aside);
    const Json entries = entries_of(write_shards(aside));
    write_atomically(entries_file(aside, place.rank), entries.dump());
  } catch (...) {  // a full disk must not stay full of halves
    abandon(place);
    throw;
  }
}

void abandon(const CheckpointPlace& place) {
  std::error_code ignored;
  fs::remove_all(aside_of(place), ignored);
}

WrittenCheckpoint complete_checkpoint(const CheckpointPlace& place) {
  const fs::path aside = aside_of(place), checkpoints = aside.parent_path();
  Json manifest = {{"schema", kSchema},
                   {"point", place.point_id},
                   {"state", to_json(place.state)},
                   {"files", collect_entries(aside, place.world)}};
  manifest[kDigest] = digest_of(manifest);
  const std::string text = manifest.dump(kIndent);
  write_atomically(aside / kManifest, text);
  const WrittenCheckpoint written{place.state.step, "checkpoints/" + name_of(place),
                                  folder_bytes(aside), sha256(text)};
  // A run that went back may come by the step of one that was torn.
  fs::remove_all(checkpoints / name_of(place));
  fs::rename(aside, checkpoints / name_of(place));
  sync_folder(checkpoints);
  remove_old(checkpoints);
  return written;
}

WrittenCheckpoint write_checkpoint(const CheckpointPlace& place, const WriteShards& write_shards) {
  write_files(place, write_shards);
  return complete_checkpoint(place);
}

LoopState read_loop_state(const fs::path& folder) {
  return loop_state_from_json(manifest_in(folder)["state"]);
}

LoopState read_checkpoint(const fs::path& folder) {
  const auto manifest = manifest_in(folder);
  for (const auto& item : manifest["files"].items()) {
    if (fs::path(item.key()).has_parent_path()) {
      throw std::runtime_error((folder / kManifest).string() + ": names a file outside");
    }
    check_shard(folder / item.key(), item.value());
  }
  return loop_state_from_json(manifest["state"]);
}

std::vector<fs::path> list_checkpoints(const fs::path& run_dir) {
  std::vector<std::tuple<int64_t, int64_t, fs::path>> all;
  for (const Numbered& attempt : numbered_folders(run_dir, "attempt-")) {
    for (const Numbered& checkpoint : numbered_folders(attempt.path / "checkpoints", "step-")) {
      all.emplace_back(checkpoint.number, attempt.number, checkpoint.path);
    }
  }
  std::sort(all.rbegin(), all.rend());
  std::vector<fs::path> paths;
  for (const auto& [step, attempt, path] : all) { paths.push_back(path); }
  return paths;
}

Start find_start(const fs::path& run_dir, const fs::path& branch) {
  std::vector<fs::path> candidates = list_checkpoints(run_dir);
  if (!branch.empty()) { candidates.push_back(branch); }
  Start start;
  for (const fs::path& candidate : candidates) {
    try {
      start.state = read_checkpoint(candidate);
      start.folder = candidate;
      return start;
    } catch (const std::exception& error) {  // torn: the one before it counts
      start.torn.emplace_back(error.what());
    }
  }
  if (!candidates.empty()) {
    throw Ending(protocol::ExitCode::no_checkpoint,
                 "no checkpoint of this run can be read: " + start.torn.front());
  }
  return start;
}

}  // namespace enigma::worker
