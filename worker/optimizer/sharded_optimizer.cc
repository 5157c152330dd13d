#include "worker/optimizer/sharded_optimizer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace enigma::worker {
namespace {

using parallel::ShardUnit;

at::Tensor slice(const at::Tensor& flat, int64_t first, int64_t count) {
  return flat.narrow(0, first, count);
}

}  // namespace

ShardedOptimizer::ShardedOptimizer(std::vector<model::NamedTensor> parameters,
                                   const SharedSettings& settings, parallel::Copies copies)
    : parameters_(std::move(parameters)),
      settings_(settings),
      copies_(std::move(copies)),
      shares_(settings.blocks.size() + 1),
      blocks_(cut()),
      steps_(at::zeros({},
                       parameters_.at(0).tensor.options().dtype(at::kFloat).requires_grad(false))) {
  choose_pieces();
}

// A unit a block, and one of the parameters that belong to none.
std::vector<ShardUnit> ShardedOptimizer::cut() {
  for (size_t p = 0; p < parameters_.size(); ++p) {
    const size_t none = settings_.blocks.size();
    shares_[block_of(parameters_[p].name, settings_.blocks).value_or(none)].parameters.push_back(p);
  }
  std::vector<ShardUnit> units;
  for (const Share& share : shares_) {
    std::vector<at::Tensor> tensors;
    for (const size_t p : share.parameters) { tensors.push_back(parameters_[p].tensor); }
    units.emplace_back(std::move(tensors), *copies_.shards);
  }
  return units;
}

void ShardedOptimizer::choose_pieces() {
  for (size_t u = 0; u < shares_.size(); ++u) {
    const ShardUnit& unit = blocks_.units()[u];
    Share& share = shares_[u];
    for (size_t i = 0; i < share.parameters.size(); ++i) {
      const auto& [name, tensor] = parameters_[share.parameters[i]];
      const bool is_matrix = settings_.matrices.contains(name);
      share.has_matrices |= is_matrix;
      const int64_t from = unit.offsets()[i];
      const int64_t first = std::max(from, unit.first());
      const int64_t end = std::min(from + tensor.numel(), unit.first() + unit.part());
      if (end <= first) { continue; }
      const auto zeros = [&] { return at::zeros({end - first}, unit.values().options()); };
      share.pieces.push_back({share.parameters[i], first - from, end - first, first - unit.first(),
                              is_matrix, zeros(), is_matrix ? at::Tensor() : zeros()});
    }
  }
}

void ShardedOptimizer::begin_pass(bool is_last) {
  is_last_ = is_last;
  waiting([&] { blocks_.begin_pass(); });
}

void ShardedOptimizer::before_forward(size_t block) {
  waiting([&] { blocks_.before_forward(block); });
}

void ShardedOptimizer::before_backward(size_t block) {
  waiting([&] { blocks_.before_backward(block); });
}

void ShardedOptimizer::after_backward(size_t block) {
  waiting([&] { blocks_.after_backward(block); });
}

void ShardedOptimizer::end_pass() {
  waiting([&] { blocks_.end_pass(is_last_); });
}

void ShardedOptimizer::wait_for_sums() {
  const at::NoGradGuard guard;
  waiting([&] {
    blocks_.take_sums();
    std::vector<std::unique_ptr<parallel::Pending>> sums;
    for (const ShardUnit& unit : blocks_.units()) {
      if (unit.part() > 0) { sums.push_back(copies_.replicas->all_reduce(unit.gradients())); }
    }
    for (const auto& sum : sums) { sum->wait(); }
  });
  squares_ = summed_squares();
}

std::vector<at::Tensor> ShardedOptimizer::gradients() const {
  std::vector<at::Tensor> parts;
  for (const ShardUnit& unit : blocks_.units()) { parts.push_back(unit.gradients()); }
  return parts;
}

// Padding has no gradient, so the squares of the parts are those of the parameters.
double ShardedOptimizer::summed_squares() {
  double mine = 0;
  for (const ShardUnit& unit : blocks_.units()) {
    const double norm = at::linalg_vector_norm(unit.gradients()).item<double>();
    mine += norm * norm;
  }
  at::Tensor all = at::full({1}, mine, at::kDouble);
  waiting([&] { copies_.shards->all_reduce(all)->wait(); });
  return all.item<double>();
}

void ShardedOptimizer::take_step(SharedRates rates, double divisor) {
  steps_ += 1;
  Momentum next = start_momentum(0, divisor);
  for (size_t unit = 0; unit < shares_.size(); ++unit) {
    const Momentum momentum = std::exchange(next, {});
    if (unit + 1 < shares_.size()) { next = start_momentum(unit + 1, divisor); }
    step_elements(unit, rates.adamw, divisor);
    step_matrices(unit, rates.muon, momentum);
    blocks_.units()[unit].gradients().zero_();
  }
}

void ShardedOptimizer::step_elements(size_t unit, double learning_rate, double divisor) {
  const ShardUnit& own = blocks_.units()[unit];
  std::map<double, AdamWStep> by_scale;
  for (const Piece& piece : shares_[unit].pieces) {
    if (piece.is_matrix) { continue; }
    by_scale[settings_.rate_scale(parameters_[piece.parameter].name)].add(
        slice(own.values(), piece.at, piece.count), slice(own.gradients(), piece.at, piece.count),
        {piece.moment, piece.second_moment, steps_});
  }
  for (auto& [scale, step] : by_scale) {
    step.take(settings_.adamw, learning_rate, divisor, scale);
  }
}

ShardedOptimizer::Momentum ShardedOptimizer::start_momentum(size_t unit, double divisor) {
  if (!shares_[unit].has_matrices) { return {}; }
  const ShardUnit& own = blocks_.units()[unit];
  const at::Tensor whole =
      at::zeros({own.part() * copies_.shards->world()}, own.values().options());
  const at::Tensor mine = parallel::part_of(whole, copies_.shards->rank(), copies_.shards->world());
  for (Piece& piece : shares_[unit].pieces) {
    if (!piece.is_matrix) { continue; }
    const at::Tensor gradient = slice(own.gradients(), piece.at, piece.count) / divisor;
    slice(mine, piece.at, piece.count)
        .copy_(muon_direction(settings_.muon, gradient, piece.moment));
  }
  return {whole, copies_.shards->all_gather(whole)};
}

void ShardedOptimizer::step_matrices(size_t unit, double learning_rate, const Momentum& momentum) {
  if (!momentum.gathering) { return; }
  waiting([&] { momentum.gathering->wait(); });
  const ShardUnit& own = blocks_.units()[unit];
  for (const Piece& piece : shares_[unit].pieces) {
    if (!piece.is_matrix) { continue; }
    const at::Tensor& like = parameters_[piece.parameter].tensor;
    const int64_t from = own.first() + piece.at - piece.first;
    const at::Tensor matrix = slice(momentum.whole, from, like.numel()).view(like.sizes());
    const at::Tensor step = muon_step_of(settings_.muon, matrix).flatten();
    muon_move(settings_.muon, learning_rate * muon_scale(like.sizes()), learning_rate,
              slice(step, piece.first, piece.count), slice(own.values(), piece.at, piece.count));
  }
}

void ShardedOptimizer::hold_values() {
  waiting([&] { blocks_.gather_all(); });
}

void ShardedOptimizer::add_state(const Piece& piece, const ShardUnit& unit,
                                 std::vector<StatePiece>& pieces) const {
  const auto& [name, tensor] = parameters_[piece.parameter];
  const bool is_whole = piece.count == tensor.numel(), is_own = copies_.replicas->rank() == 0;
  const auto add = [&](const std::string& ending, const at::Tensor& flat) {
    pieces.push_back({name + ending, is_whole ? flat.view(tensor.sizes()) : flat, piece.first,
                      is_whole, is_own, tensor.sizes().vec()});
  };
  add("", slice(unit.values(), piece.at, piece.count));
  if (piece.is_matrix) { return add(".momentum_buffer", piece.moment); }
  add(".exp_avg", piece.moment);
  add(".exp_avg_sq", piece.second_moment);
}

std::vector<StatePiece> ShardedOptimizer::state() {
  std::vector<StatePiece> pieces;
  for (size_t u = 0; u < shares_.size(); ++u) {
    for (const size_t p : shares_[u].parameters) {
      if (settings_.matrices.contains(parameters_[p].name)) { continue; }
      pieces.push_back({parameters_[p].name + ".step", steps_, 0, true, false});
    }
    for (const Piece& piece : shares_[u].pieces) { add_state(piece, blocks_.units()[u], pieces); }
  }
  return pieces;
}

// Backward comes by the last block first; what belongs to no block ends with the pass.
std::vector<Route> ShardedOptimizer::routes() const {
  const Road road = copies_.replicas->world() > 1 ? Road::all_gather_reduce_scatter_all_reduce
                                                  : Road::all_gather_reduce_scatter;
  std::vector<Route> routes(parameters_.size());
  const size_t blocks = shares_.size() - 1;
  for (size_t u = 0; u < shares_.size(); ++u) {
    const auto sum_turn = static_cast<int64_t>(u < blocks ? blocks - u : blocks + 1);
    for (const size_t p : shares_[u].parameters) {
      const auto& [name, tensor] = parameters_[p];
      routes[p] = {name, tensor.numel(), settings_.matrices.contains(name),
                   road, sum_turn,       static_cast<int64_t>(u) + 1};
    }
  }
  return routes;
}

}  // namespace enigma::worker
