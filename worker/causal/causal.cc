#include "worker/causal/causal.h"

#include "model/causal/shape/shape.h"
#include "sweeps/causal_family.h"
#include "worker/causal/order.h"
#include "worker/ending.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace enigma::worker {
namespace {

constexpr int64_t kEvaluatedTokens = 8192;            // of one forward pass of the evaluation
constexpr int64_t kCountedTokens = int64_t{1} << 24;  // of a shard
constexpr int64_t kChunk = int64_t{1} << 16;

struct CausalBatch : StepBatch {
  size_t lanes() const override { return tokens.size(); }
  int64_t bytes() const override {
    return tokens.empty() ? 0 : static_cast<int64_t>(tokens.size() * tokens[0].nbytes());
  }

  std::vector<at::Tensor> tokens;  ///< (windows, length + 1) int64 per lane
};

/// Sequences in a random order, an epoch at a time: step and lane say where in it.
class CausalReader : public StepReader {
 public:
  CausalReader(const Sequences& sequences, const sweeps::Point& point, parallel::LaneRange lanes)
      : sequences_(sequences), point_(point), lanes_(lanes) {}

  std::unique_ptr<StepBatch> read(int64_t step) override {
    auto batch = std::make_unique<CausalBatch>();
    batch->step = step;
    for (int64_t lane = lanes_.first; lane < lanes_.end; ++lane) {
      batch->tokens.push_back(read_sequences(sequences_, indices(step * point_.lanes + lane)));
    }
    return batch;
  }

 private:
  std::vector<int64_t> indices(int64_t lane_of_run) const {
    std::vector<int64_t> drawn;
    for (int64_t w = 0; w < point_.windows_per_lane; ++w) {
      const auto place = static_cast<uint64_t>(lane_of_run * point_.windows_per_lane + w);
      drawn.push_back(static_cast<int64_t>(window_at(
          static_cast<uint64_t>(point_.seed), static_cast<uint64_t>(sequences_.count()), place)));
    }
    return drawn;
  }

  const Sequences& sequences_;
  const sweeps::Point& point_;
  parallel::LaneRange lanes_;
};

model::CausalShape shape_of(const sweeps::Point& point, int64_t vocabulary) {
  if (const auto why = sweeps::check_parametrization(point)) {
    throw Ending(protocol::ExitCode::bad_point, "train.parametrization: " + *why);
  }
  const model::CausalOptions options = sweeps::causal_options_of(point, vocabulary);
  if (const auto why = model::check_causal(point.size, options)) {
    throw Ending(protocol::ExitCode::bad_point, "model.size: " + *why);
  }
  return model::causal_shape_of(point.size, options);
}

/// Gives the tokens of a shard to `take`, some at a time, at most `most` of them.
template <typename Take>
void for_each_token(const tokens::Shard& shard, int64_t most, Take take) {
  const int64_t count = std::min(shard.info().tokens, most);
  for (int64_t from = 0; from < count; from += kChunk) {
    std::vector<int64_t> some(static_cast<size_t>(std::min(kChunk, count - from)));
    shard.read(from, some);
    for (const int64_t token : some) { take(token); }
  }
}

}  // namespace

double frequency_loss(const Sequences& training, const Sequences& held_out, int64_t vocabulary) {
  std::vector<double> counts(static_cast<size_t>(vocabulary));
  for (const tokens::Shard& shard : training.shards()) {
    for_each_token(shard, kCountedTokens,
                   [&](int64_t token) { ++counts.at(static_cast<size_t>(token)); });
  }
  for (double& count : counts) { count = std::max(count, 1.0); }
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  double loss = 0, targets = 0;
  for (const tokens::Shard& shard : held_out.shards()) {
    for_each_token(shard, shard.info().tokens, [&](int64_t token) {
      loss -= std::log(counts.at(static_cast<size_t>(token)) / all);
      ++targets;
    });
  }
  return loss / targets;
}

Causal::Causal(const RunSetup& setup)
    : point_(setup.point),
      tensors_(setup.tensors),
      corpus_(open_tokens(point_, setup.data)),
      model_(shape_of(point_, corpus_.vocabulary), static_cast<uint64_t>(point_.seed), tensors_),
      flops_per_window_(model::count_flops(model_.shape(), corpus_.training.length())),
      baseline_(frequency_loss(corpus_.training, corpus_.held_out, corpus_.vocabulary)) {
  if (setup.tier.empty() || setup.tier == "test") { return; }
  throw Ending(protocol::ExitCode::bad_point,
               "held-out text is of tier test; there is no tier '" + setup.tier + "'");
}

std::vector<model::NamedTensor> Causal::shared_parameters() const {
  return model_.parameters();
}

std::vector<std::string> Causal::matrices() const {
  std::vector<std::string> names;
  for (const model::NamedTensor& p : model_.parameters()) {
    if (p.tensor.dim() == 2 && p.name.starts_with("model.layers.")) { names.push_back(p.name); }
  }
  return names;
}

// Of the maximal update parametrization: a matrix between hidden features moves what it maps the
// more the wider it is, by as much as its inputs agree with its steps.
std::map<std::string, double> Causal::rate_scales() const {
  const double scale = model_.shape().width_scale();
  std::map<std::string, double> scales;
  if (scale == 1) { return scales; }
  for (const std::string& matrix : matrices()) { scales.emplace(matrix, scale); }
  return scales;
}

std::unique_ptr<StepReader> Causal::reader(parallel::LaneRange lanes) const {
  return std::make_unique<CausalReader>(corpus_.training, point_, lanes);
}

LaneLoss Causal::forward(const StepBatch& batch, size_t lane, WindowRange windows) {
  const at::Tensor tokens =
      static_cast<const CausalBatch&>(batch).tokens[lane].narrow(0, windows.first, windows.count);
  const bool recomputes = point_.checkpointing == sweeps::Checkpointing::blocks;
  return {model_.loss(tokens.to(tensors_.device())),
          flops_per_window_.training(recomputes) * static_cast<double>(windows.count),
          std::nullopt};
}

// Ranks take turns at the groups of sequences; the sum runs over all of them in their order, so
// that it does not depend on the number of ranks.
std::vector<protocol::Eval> Causal::evaluate(int64_t step, const parallel::Ranks& ranks) {
  const at::NoGradGuard guard;
  const Sequences& sequences = corpus_.held_out;
  const int64_t at_once = std::max<int64_t>(1, kEvaluatedTokens / sequences.length());
  const int64_t groups = (sequences.count() + at_once - 1) / at_once;
  at::Tensor losses = at::zeros({groups}, at::kDouble);
  for (int64_t group = ranks.rank(); group < groups; group += ranks.world()) {
    const int64_t from = group * at_once;
    std::vector<int64_t> some(static_cast<size_t>(std::min(at_once, sequences.count() - from)));
    std::iota(some.begin(), some.end(), from);
    const at::Tensor tokens = read_sequences(sequences, some).to(tensors_.device());
    losses[group] = model_.loss(tokens).item<double>() * static_cast<double>(some.size());
  }
  ranks.complete(losses);
  const auto* sums = losses.const_data_ptr<double>();
  const double loss = std::accumulate(sums, sums + groups, 0.0);
  return {{.step = step,
           .strategy = "next_token",
           .tier = "test",
           .loss = loss / static_cast<double>(sequences.count()),
           .baseline_loss = baseline_}};
}

std::unique_ptr<Family> open_causal(const RunSetup& setup) {
  return std::make_unique<Causal>(setup);
}

}  // namespace enigma::worker
