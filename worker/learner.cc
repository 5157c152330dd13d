#include "worker/learner.h"

#include "files/safetensors.h"
#include "model/tensor_file.h"
#include "worker/ending.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <map>
#include <set>
#include <stdexcept>
#include <string>

namespace enigma::worker {
namespace {

namespace fs = std::filesystem;

void read_shard(const OptimizerState& shard, const fs::path& path) {
  const Safetensors file(path);
  if (file.tensors().size() != shard.size()) {
    throw std::runtime_error(path.string() + ": holds other tensors than this model");
  }
  for (const auto& [name, tensor] : shard) {
    const TensorBytes& stored = file.at(name);
    if (stored.dtype != "F32" || at::IntArrayRef(stored.shape) != tensor.sizes()) {
      throw std::runtime_error(path.string() + ": tensor '" + name + "' has another shape");
    }
    tensor.copy_(
        at::from_blob(const_cast<std::byte*>(stored.bytes.data()), stored.shape, at::kFloat));
  }
}

fs::path session_shard(const fs::path& folder, const SessionLearner& session) {
  return folder / ("session-" + session.name + ".safetensors");
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

}  // namespace

Learner::Learner(const sweeps::Point& point, const Family& family)
    : shared(family.shared_parameters(), shared_adamw(adamw_of(point)),
             matrices_of(point, family)) {
  for (SessionParameters& session : family.session_parameters()) {
    sessions.push_back(
        {session.name, {std::move(session.parameters), session_adamw(adamw_of(point))}});
  }
}

void write_shards(const Learner& learner, const fs::path& folder) {
  model::write_tensors(folder / "shared.safetensors", learner.shared.state());
  for (const SessionLearner& session : learner.sessions) {
    model::write_tensors(session_shard(folder, session), session.optimizer.state());
  }
}

void read_shards(Learner& learner, const fs::path& folder) {
  const at::NoGradGuard guard;
  try {
    read_shard(learner.shared.state(), folder / "shared.safetensors");
    for (const SessionLearner& session : learner.sessions) {
      read_shard(session.optimizer.state(), session_shard(folder, session));
    }
  } catch (const std::runtime_error& error) {
    throw Ending(protocol::ExitCode::no_checkpoint, error.what());
  }
}

}  // namespace enigma::worker
