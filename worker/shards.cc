#include "worker/shards.h"

#include "worker/ending.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <stdexcept>
#include <utility>

namespace enigma::worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShared = "shared";
constexpr const char* kEnding = ".safetensors";

std::string session_shard(const std::string& session) {
  return "session-" + session + kEnding;
}

/// shared.safetensors, shared-1.safetensors, …: all that there are.
std::vector<fs::path> shared_shards(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kShared) || !name.ends_with(kEnding)) { continue; }
    const char after = name[std::strlen(kShared)];
    if (after == '-' || after == '.') { files.push_back(entry.path()); }
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// `names`: of all parameters, also of those that other ranks hold.
void read_state(const std::vector<StatePiece>& state, const std::vector<std::string>& names,
                const std::vector<fs::path>& files) {
  const StoredPieces stored(files);
  stored.copy_into(state);
  std::set<std::string> known(names.begin(), names.end());
  for (const StatePiece& piece : state) { known.insert(piece.name); }
  const auto is_known = [&](const std::string& name) {
    return known.contains(name) || known.contains(name.substr(0, name.rfind('.')));
  };
  for (const std::string& name : stored.names()) {
    if (!is_known(name)) {
      throw std::runtime_error("the checkpoint's '" + name + "' is none of this model");
    }
  }
}

/// What this rank writes of a state.
std::vector<StatePiece> own_part(std::vector<StatePiece> pieces, bool also_common) {
  std::erase_if(pieces, [&](const StatePiece& piece) { return !piece.is_own && !also_common; });
  return pieces;
}

}  // namespace

void StagedShards::take(Learner& learner, const parallel::Ranks& ranks) {
  const at::NoGradGuard guard;
  const bool first = ranks.rank() == 0;
  Shards now;
  now[kShared + (first ? "" : "-" + std::to_string(ranks.rank())) + kEnding] =
      own_part(learner.shared->state(), first);
  for (const SessionLearner& session : learner.sessions) {
    if (ranks.owns(session.lane)) { now[session_shard(session.name)] = session.optimizer.state(); }
  }
  std::erase_if(now, [](const auto& shard) { return shard.second.empty(); });
  for (auto& [name, pieces] : now) {
    for (StatePiece& piece : pieces) { piece.values = staged(name, piece); }
  }
  shards_ = std::move(now);
}

// A copy, in the memory of the last one where there is one.
at::Tensor StagedShards::staged(const std::string& shard, const StatePiece& piece) {
  at::Tensor& copy = copies_[{shard, piece.name, piece.first}];
  if (!copy.defined()) { copy = at::empty_like(piece.values, at::MemoryFormat::Contiguous); }
  copy.copy_(piece.values);
  return copy;
}

std::vector<ShardFile> StagedShards::write(const fs::path& folder) const {
  std::vector<ShardFile> files;
  for (const auto& [name, pieces] : shards_) {
    files.push_back({name, write_pieces(folder / name, pieces)});
  }
  return files;
}

namespace {

/// Whatever `read` finds wrong with a checkpoint ends the worker as such.
template <typename Read>
void read_from(const fs::path& folder, const Read& read) {
  try {
    read();
  } catch (const std::runtime_error& error) {
    throw Ending(protocol::ExitCode::no_checkpoint, folder.string() + ": " + error.what());
  }
}

std::vector<StatePiece> pieces_of(const std::vector<model::NamedTensor>& parameters) {
  std::vector<StatePiece> pieces;
  for (const auto& [name, tensor] : parameters) { pieces.push_back({name, tensor.detach()}); }
  return pieces;
}

}  // namespace

void read_shards(Learner& learner, const fs::path& folder) {
  read_from(folder, [&] {
    read_state(learner.shared->state(), learner.shared_names, shared_shards(folder));
    for (const SessionLearner& session : learner.sessions) {
      read_state(session.optimizer.state(), {}, {folder / session_shard(session.name)});
    }
  });
}

void read_parameters(const Family& family, const fs::path& folder) {
  read_from(folder, [&] {
    read_state(pieces_of(family.shared_parameters()), {}, shared_shards(folder));
    for (const SessionParameters& session : family.session_parameters()) {
      read_state(pieces_of(session.parameters), {}, {folder / session_shard(session.name)});
    }
  });
}

}  // namespace enigma::worker
