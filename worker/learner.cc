#include "worker/learner.h"

#include "files/safetensors.h"
#include "worker/ending.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

namespace enigma::worker {
namespace {

std::vector<model::SessionSpec> specs_of(const Corpus& corpus) {
  std::vector<model::SessionSpec> specs;
  for (const CorpusSession& session : corpus.sessions) {
    specs.push_back({session.ref.name, session.ref.animal, session.ref.neurons});
  }
  return specs;
}

std::vector<std::string> animals_of(const Corpus& corpus) {
  std::vector<std::string> animals;
  for (const CorpusSession& session : corpus.sessions) { animals.push_back(session.ref.animal); }
  std::sort(animals.begin(), animals.end());
  animals.erase(std::unique(animals.begin(), animals.end()), animals.end());
  return animals;
}

at::Tensor biases_of(const std::vector<double>& rates) {
  at::Tensor biases = at::empty({static_cast<int64_t>(rates.size())});
  for (size_t i = 0; i < rates.size(); ++i) {
    biases.data_ptr<float>()[i] = static_cast<float>(inverse_softplus(rates[i]));
  }
  return biases;
}

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

void write_shard(const std::map<std::string, at::Tensor>& shard,
                 const std::filesystem::path& path) {
  std::map<std::string, TensorBytes> tensors;
  for (const auto& [name, tensor] : shard) {
    tensors[name] = {"F32",
                     tensor.sizes().vec(),
                     {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}};
  }
  write_safetensors(path, tensors);
}

void read_shard(const std::map<std::string, at::Tensor>& shard, const std::filesystem::path& path) {
  const Safetensors file(path);
  if (file.tensors().size() != shard.size()) {
    throw std::runtime_error(path.string() + ": holds other tensors than this model");
  }
  for (const auto& [name, tensor] : shard) {
    const TensorBytes& stored = file.at(name);
    if (stored.dtype != "F32" || at::IntArrayRef(stored.shape) != tensor.sizes()) {
      throw std::runtime_error(path.string() + ": tensor '" + name + "' has another shape");
    }
    std::memcpy(tensor.mutable_data_ptr(), stored.bytes.data(), stored.bytes.size());
  }
}

std::filesystem::path session_shard(const std::filesystem::path& folder,
                                    const CorpusSession& session) {
  return folder / ("session-" + session.ref.name + ".safetensors");
}

AdamW adamw_of(const sweeps::Point& point) {
  return {.beta2 = point.beta2, .epsilon = point.epsilon};
}

}  // namespace

double inverse_softplus(double rate) {
  return 10 * std::log(std::expm1(std::max(rate, 1e-3) / 10));
}

Learner::Learner(const sweeps::Point& point, const Corpus& corpus,
                 const std::map<size_t, Rates>& rates)
    : model(model::shape_of(point.size, corpus.inputs.window), specs_of(corpus), animals_of(corpus),
            static_cast<uint64_t>(point.seed)),
      shared(model.shared_parameters(), shared_adamw(adamw_of(point))) {
  for (size_t s = 0; s < corpus.sessions.size(); ++s) {
    const std::string& name = corpus.sessions[s].ref.name;
    if (point.bias == sweeps::NeuronBias::rates) {
      model.set_neuron_biases(name, biases_of(rates.at(s).windows));
    }
    sessions.emplace_back(model.session_parameters(name), session_adamw(adamw_of(point)));
  }
}

void write_shards(const Learner& learner, const Corpus& corpus,
                  const std::filesystem::path& folder) {
  write_shard(shard_of(learner.shared.parameters(), learner.shared.moments()),
              folder / "shared.safetensors");
  for (size_t s = 0; s < corpus.sessions.size(); ++s) {
    write_shard(shard_of(learner.sessions[s].parameters(), learner.sessions[s].moments()),
                session_shard(folder, corpus.sessions[s]));
  }
}

void read_shards(Learner& learner, const Corpus& corpus, const std::filesystem::path& folder) {
  const at::NoGradGuard guard;
  try {
    read_shard(shard_of(learner.shared.parameters(), learner.shared.moments()),
               folder / "shared.safetensors");
    for (size_t s = 0; s < corpus.sessions.size(); ++s) {
      read_shard(shard_of(learner.sessions[s].parameters(), learner.sessions[s].moments()),
                 session_shard(folder, corpus.sessions[s]));
    }
  } catch (const std::runtime_error& error) {
    throw Ending(protocol::ExitCode::no_checkpoint, error.what());
  }
}

}  // namespace enigma::worker
