#include "worker/learner.h"

#include "worker/ending.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

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
    const bool is_one = name == std::string(kShared) + kEnding ||
                        (name.starts_with(std::string(kShared) + "-") && name.ends_with(kEnding));
    if (is_one) { files.push_back(entry.path()); }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void read_state(const std::vector<StatePiece>& state, const std::vector<fs::path>& files) {
  const StoredPieces stored(files);
  stored.copy_into(state);
  std::set<std::string> known;
  for (const StatePiece& piece : state) { known.insert(piece.name); }
  // What other ranks step is stored too, under names that begin with ours.
  const auto is_known = [&](const std::string& name) {
    return known.contains(name) || known.contains(name.substr(0, name.rfind('.')));
  };
  for (const std::string& name : stored.names()) {
    if (!is_known(name)) {
      throw std::runtime_error("the checkpoint's '" + name + "' is none of this model");
    }
  }
}

AdamW adamw_of(const sweeps::Point& point) {
  return {.beta2 = point.beta2, .epsilon = point.epsilon};
}

std::set<std::string> matrices_of(const sweeps::Point& point, const Family& family) {
  if (point.optimizer != "muon") { return {}; }
  const auto names = family.matrices();
  if (names.empty()) {
    throw Ending(protocol::ExitCode::bad_point,
                 "train.optimizer: the family '" + point.family + "' has no matrices for muon");
  }
  return {names.begin(), names.end()};
}

SharedSettings shared_settings(const sweeps::Point& point, const Family& family) {
  return {.adamw = shared_adamw(adamw_of(point)),
          .matrices = matrices_of(point, family),
          .blocks = family.blocks()};
}

}  // namespace

Learner::Learner(const sweeps::PointFile& file, const Family& family, const parallel::Ranks& ranks)
    : shared(family.shared_parameters(), shared_settings(file.point, family), ranks.collectives,
             file.point.schedule) {
  for (SessionParameters& session : family.session_parameters()) {
    sessions.push_back({session.name,
                        session.lane,
                        {std::move(session.parameters), session_adamw(adamw_of(file.point))}});
  }
}

std::vector<std::string> write_shards(const Learner& learner, const parallel::Ranks& ranks,
                                      const fs::path& folder) {
  std::vector<std::string> names;
  const auto write = [&](const std::string& name, const std::vector<StatePiece>& state,
                         bool also_common) {
    if (write_pieces(folder / name, state, also_common)) { names.push_back(name); }
  };
  const bool first = ranks.rank() == 0;
  write(kShared + (first ? "" : "-" + std::to_string(ranks.rank())) + kEnding,
        learner.shared.state(), first);
  for (const SessionLearner& session : learner.sessions) {
    if (ranks.owns(session.lane)) {
      write(session_shard(session.name), session.optimizer.state(), true);
    }
  }
  return names;
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
    read_state(learner.shared.state(), shared_shards(folder));
    for (const SessionLearner& session : learner.sessions) {
      read_state(session.optimizer.state(), {folder / session_shard(session.name)});
    }
  });
}

void read_parameters(const Family& family, const fs::path& folder) {
  read_from(folder, [&] {
    read_state(pieces_of(family.shared_parameters()), shared_shards(folder));
    for (const SessionParameters& session : family.session_parameters()) {
      read_state(pieces_of(session.parameters), {folder / session_shard(session.name)});
    }
  });
}

}  // namespace enigma::worker
