#include "worker/brain/brain.h"

#include "model/brain/losses.h"
#include "sweeps/brain_family.h"
#include "worker/brain/batch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace enigma::worker {
namespace {

std::vector<size_t> every_session(const Corpus& corpus) {
  std::vector<size_t> all(corpus.sessions.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return all;
}

std::map<size_t, Rates> rates_of_all(const Corpus& corpus) {
  std::map<size_t, Rates> rates;
  for (size_t s = 0; s < corpus.sessions.size(); ++s) {
    rates.emplace(s, rates_of(corpus.sessions[s], corpus.rule));
  }
  return rates;
}

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

model::ModelShape shape_of(const sweeps::Point& point, const model::WindowShape& window) {
  model::ModelShape shape = model::shape_of(point.size, window);
  shape.video_layout = sweeps::video_layout_of(point);
  return shape;
}

at::Tensor biases_of(const std::vector<double>& rates) {
  at::Tensor biases = at::empty({static_cast<int64_t>(rates.size())});
  for (size_t i = 0; i < rates.size(); ++i) {
    biases.data_ptr<float>()[i] = static_cast<float>(inverse_softplus(rates[i]));
  }
  return biases;
}

}  // namespace

double inverse_softplus(double rate) {
  return 10 * std::log(std::expm1(std::max(rate, 1e-3) / 10));
}

Brain::Brain(const RunSetup& setup)
    : point_(setup.point),
      tensors_(setup.tensors),
      corpus_(open_corpus(point_, setup.data)),
      shape_(shape_of(point_, corpus_.inputs.window)),
      rates_(rates_of_all(corpus_)),
      strategies_(
          resolve_strategies(point_.training_strategies, shape_, corpus_, every_session(corpus_))),
      evaluation_(
          corpus_,
          resolve_strategies(point_.evaluation_strategies, shape_, corpus_, corpus_.evaluated),
          rates_, point_.windows_per_lane, setup.tier),
      model_(shape_, specs_of(corpus_), animals_of(corpus_), static_cast<uint64_t>(point_.seed),
             tensors_) {
  if (point_.bias == sweeps::NeuronBias::published) { return; }
  for (size_t s = 0; s < corpus_.sessions.size(); ++s) {
    model_.set_neuron_biases(corpus_.sessions[s].ref.name, biases_of(rates_.at(s).windows));
  }
}

std::vector<model::NamedTensor> Brain::shared_parameters() const {
  return model_.shared_parameters();
}

std::vector<SessionParameters> Brain::session_parameters() const {
  std::vector<SessionParameters> sessions;
  for (size_t s = 0; s < corpus_.sessions.size(); ++s) {
    const std::string& name = corpus_.sessions[s].ref.name;
    sessions.push_back({name, model_.session_parameters(name), lane_of_session(s, point_.lanes)});
  }
  return sessions;
}

std::vector<std::string> Brain::matrices() const {
  std::vector<std::string> names;
  for (const model::NamedTensor& p : model_.shared_parameters()) {
    if (p.tensor.dim() != 2) { continue; }
    for (const char* part : {"enc.", "proc.", "decs.", "hiera.backbone.blocks."}) {
      if (p.name.starts_with(part)) { names.push_back(p.name); }
    }
  }
  return names;
}

std::unique_ptr<StepReader> Brain::reader(parallel::LaneRange lanes) const {
  const DrawPlan plan{static_cast<uint64_t>(point_.seed), point_.lanes, point_.windows_per_lane,
                      lanes};
  return std::make_unique<BrainReader>(corpus_, shape_, strategies_, plan);
}

LaneLoss Brain::forward(const StepBatch& batch, size_t lane, WindowRange windows) {
  const auto& drawn = static_cast<const BrainBatch&>(batch);
  const LaneBatch& mine = drawn.of_lane[lane];
  const model::Output output = model_.forward(
      model::on(tensors_, model::windows_of(mine.batch, windows.first, windows.count)),
      strategies_.resolved[drawn.strategy][mine.session]);
  const bool recomputes = point_.checkpointing == sweeps::Checkpointing::blocks;
  return {model::losses_of(output).total,
          strategies_.flops[drawn.strategy][mine.session].training(recomputes) *
              static_cast<double>(windows.count),
          mine.session};
}

std::vector<double> Brain::forward_flops_by_block() const {
  std::vector<double> mean(model_.blocks().size() + 1);
  double weights = 0;
  for (size_t i = 0; i < strategies_.names.size(); ++i) {
    for (const model::WindowFlops& flops : strategies_.flops[i]) {
      weights += strategies_.weights[i];
      for (size_t block = 0; block < mean.size(); ++block) {
        mean[block] += strategies_.weights[i] * flops.by_block[block];
      }
    }
  }
  for (double& flops : mean) { flops /= weights; }
  return mean;
}

std::vector<protocol::Eval> Brain::evaluate(int64_t step, const parallel::Ranks& ranks) {
  return evaluation_.run(model_, step, ranks);
}

std::vector<std::string> Brain::remarks() const {
  if (strategies_.dropped.empty()) { return {}; }
  return {std::to_string(strategies_.dropped.size()) +
          " training strategies are left out, the first is " + strategies_.dropped.front()};
}

std::unique_ptr<Family> open_brain(const RunSetup& setup) {
  return std::make_unique<Brain>(setup);
}

}  // namespace enigma::worker
