#include "worker/learner.h"

#include "files/safetensors.h"
#include "worker/ending.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <map>
#include <stdexcept>
#include <string>

namespace enigma::worker {
namespace {

namespace fs = std::filesystem;

/// Tensors of a shard by name: parameters and their moments.
std::map<std::string, at::Tensor> shard_of(const std::vector<model::NamedTensor>& parameters,
                                           const std::vector<Moments>& moments) {
  std::map<std::string, at::Tensor> shard;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const std::string& name = parameters[i].name;
    shard[name] = parameters[i].tensor.detach();
    shard[name + ".exp_avg"] = moments[i].first;
    shard[name + ".exp_avg_sq"] = moments[i].second;
    shard[name + ".step"] = moments[i].steps;
  }
  return shard;
}

template <typename Optimizer>
std::map<std::string, at::Tensor> shard_of(const Optimizer& optimizer) {
  return shard_of(optimizer.parameters(), optimizer.moments());
}

void write_shard(const std::map<std::string, at::Tensor>& shard, const fs::path& path) {
  std::map<std::string, at::Tensor> host;  // what the spans look at
  std::map<std::string, TensorBytes> tensors;
  for (const auto& [name, tensor] : shard) {
    const at::Tensor& copy = host[name] = tensor.cpu().contiguous();
    tensors[name] = {"F32",
                     copy.sizes().vec(),
                     {static_cast<const std::byte*>(copy.const_data_ptr()), copy.nbytes()}};
  }
  write_safetensors(path, tensors);
}

void read_shard(const std::map<std::string, at::Tensor>& shard, const fs::path& path) {
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

}  // namespace

Learner::Learner(const sweeps::Point& point, const Family& family)
    : shared(family.shared_parameters(), shared_adamw(adamw_of(point))) {
  for (SessionParameters& session : family.session_parameters()) {
    sessions.push_back(
        {session.name, {std::move(session.parameters), session_adamw(adamw_of(point))}});
  }
}

void write_shards(const Learner& learner, const fs::path& folder) {
  write_shard(shard_of(learner.shared), folder / "shared.safetensors");
  for (const SessionLearner& session : learner.sessions) {
    write_shard(shard_of(session.optimizer), session_shard(folder, session));
  }
}

void read_shards(Learner& learner, const fs::path& folder) {
  const at::NoGradGuard guard;
  try {
    read_shard(shard_of(learner.shared), folder / "shared.safetensors");
    for (const SessionLearner& session : learner.sessions) {
      read_shard(shard_of(session.optimizer), session_shard(folder, session));
    }
  } catch (const std::runtime_error& error) {
    throw Ending(protocol::ExitCode::no_checkpoint, error.what());
  }
}

}  // namespace enigma::worker
