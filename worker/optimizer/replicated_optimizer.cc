#include "worker/optimizer/replicated_optimizer.h"

#include "worker/parallel/flat_view.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace enigma::worker {
namespace {

using parallel::Bucket;
using parallel::view_of;

std::vector<parallel::FlatParameter> flat_parameters(
    const std::vector<model::NamedTensor>& parameters, const std::set<std::string>& matrices) {
  std::vector<parallel::FlatParameter> flat;
  for (const auto& [name, tensor] : parameters) {
    flat.push_back({tensor.numel(), matrices.contains(name)});
  }
  return flat;
}

parallel::FlatLayout layout_of(const std::vector<model::NamedTensor>& parameters,
                               const std::set<std::string>& matrices, int64_t world) {
  const auto flat = flat_parameters(parameters, matrices);
  return parallel::flat_layout(flat, world, parallel::bucket_elements_of(flat));
}

std::vector<at::Tensor> tensors_of(const std::vector<model::NamedTensor>& parameters) {
  std::vector<at::Tensor> tensors;
  for (const auto& parameter : parameters) { tensors.push_back(parameter.tensor); }
  return tensors;
}

}  // namespace

ReplicatedOptimizer::ReplicatedOptimizer(std::vector<model::NamedTensor> parameters,
                                         const SharedSettings& settings,
                                         parallel::Collectives& collectives,
                                         sweeps::Schedule schedule)
    : parameters_(std::move(parameters)),
      settings_(settings),
      layout_(layout_of(parameters_, settings.matrices, collectives.world())),
      values_(at::zeros({layout_.elements}, parameters_.at(0).tensor.options())),
      gradients_(at::zeros_like(values_)),
      exchange_(collectives, layout_, gradients_, tensors_of(parameters_), schedule) {
  const at::NoGradGuard guard;
  move_into_buffers();
  choose_stretches();
  choose_matrices();
  choose_order();
}

void ReplicatedOptimizer::move_into_buffers() {
  for (size_t p = 0; p < parameters_.size(); ++p) {
    at::Tensor& tensor = parameters_[p].tensor;
    const at::Tensor view = view_of(values_, layout_.offsets[p], tensor);
    view.copy_(tensor);
    tensor.set_data(view);
    tensor.mutable_grad() = view_of(gradients_, layout_.offsets[p], tensor);
  }
}

// Ranks that share the work step one part of each bucket; else every rank steps all. Neighbours of
// one rate are one stretch, padding included.
std::vector<ReplicatedOptimizer::Stretch> ReplicatedOptimizer::stretches_of(
    const Bucket& bucket) const {
  const bool scattered = exchange_.is_scattered();
  const int64_t first =
      bucket.offset + (scattered ? exchange_.collectives().rank() * bucket.part : 0);
  const int64_t end = first + (scattered ? bucket.part : layout_.elements_of(bucket));
  std::vector<Stretch> stretches;
  for (size_t i = 0; i < bucket.parameters.size(); ++i) {
    const size_t p = bucket.parameters[i];
    const bool is_last = i + 1 == bucket.parameters.size();
    const int64_t from = std::max(first, layout_.offsets[p]);
    const int64_t to = is_last ? end : std::min(end, layout_.offsets[bucket.parameters[i + 1]]);
    if (to <= from) { continue; }
    const double scale = settings_.rate_scale(parameters_[p].name);
    if (stretches.empty() || stretches.back().rate_scale != scale) {
      stretches.push_back({.first = from, .rate_scale = scale});
    }
    stretches.back().count += to - from;
  }
  return stretches;
}

void ReplicatedOptimizer::choose_stretches() {
  int64_t moment = 0;
  for (size_t b = 0; b < layout_.buckets.size(); ++b) {
    if (layout_.buckets[b].of_matrices) { continue; }
    stretches_[b] = stretches_of(layout_.buckets[b]);
    for (Stretch& stretch : stretches_[b]) {
      stretch.moment = std::exchange(moment, moment + stretch.count);
    }
  }
  first_ = at::zeros({moment}, values_.options());
  second_ = at::zeros({moment}, values_.options());
  steps_ = at::zeros({}, values_.options().dtype(at::kFloat));
}

bool ReplicatedOptimizer::is_mine(const Bucket& bucket, size_t slot) const {
  return bucket.of_matrices && (!exchange_.is_scattered() ||
                                static_cast<int64_t>(slot) == exchange_.collectives().rank());
}

void ReplicatedOptimizer::choose_matrices() {
  for (const Bucket& bucket : layout_.buckets) {
    for (size_t slot = 0; slot < bucket.parameters.size(); ++slot) {
      if (!is_mine(bucket, slot)) { continue; }
      const size_t p = bucket.parameters[slot];
      momenta_[p] = at::zeros(parameters_[p].tensor.sizes(), values_.options());
    }
  }
}

int64_t ReplicatedOptimizer::first_block_of(const Bucket& bucket) const {
  auto first = static_cast<int64_t>(settings_.blocks.size());
  for (const size_t p : bucket.parameters) {
    const auto block = block_of(parameters_[p].name, settings_.blocks);
    first = std::min(first, block ? static_cast<int64_t>(*block) : -1);
  }
  return first;
}

void ReplicatedOptimizer::choose_order() {
  for (size_t b = 0; b < layout_.buckets.size(); ++b) {
    turns_.push_back({b, first_block_of(layout_.buckets[b])});
  }
  std::stable_sort(turns_.begin(), turns_.end(),
                   [](const Turn& a, const Turn& b) { return a.block < b.block; });
}

// Padding has no gradient, so the squares of the buffer are those of the parameters.
double ReplicatedOptimizer::summed_squares() const {
  const auto of = [](const at::Tensor& flat) {
    const double norm = at::linalg_vector_norm(flat).item<double>();
    return norm * norm;
  };
  if (!exchange_.is_scattered()) { return of(gradients_); }
  double mine = 0;
  for (const Bucket& bucket : layout_.buckets) {
    mine += of(parallel::part_of(gradients_.narrow(0, bucket.offset, layout_.elements_of(bucket)),
                                 exchange_.collectives().rank(), layout_.world));
  }
  at::Tensor all = at::full({1}, mine, at::kDouble);
  exchange_.collectives().all_reduce(all)->wait();
  return all.item<double>();
}

void ReplicatedOptimizer::wait_for_sums() {
  const at::NoGradGuard guard;
  waiting([&] { exchange_.wait(); });
  squares_ = summed_squares();
}

// Gathers end in the order of the turns: what comes after `last_block` may still be under way.
void ReplicatedOptimizer::wait_for_gathers(int64_t last_block) {
  const auto later = std::count_if(turns_.begin(), turns_.end(),
                                   [&](const Turn& turn) { return turn.block > last_block; });
  waiting([&] { exchange_.wait_for_gathers(static_cast<size_t>(later)); });
}

void ReplicatedOptimizer::begin_pass(bool is_last) {
  wait_for_gathers(-1);
  if (is_last) { exchange_.expect_last(); }
}

void ReplicatedOptimizer::before_forward(size_t block) {
  wait_for_gathers(static_cast<int64_t>(block));
}

void ReplicatedOptimizer::hold_values() {
  wait_for_gathers(static_cast<int64_t>(settings_.blocks.size()));
}

void ReplicatedOptimizer::take_step(SharedRates rates, double divisor) {
  steps_ += 1;
  for (const Turn& turn : turns_) {
    step_bucket(turn.bucket, rates, divisor);
    if (exchange_.is_scattered()) { exchange_.gather(values_, layout_.buckets[turn.bucket]); }
  }
  gradients_.zero_();
}

void ReplicatedOptimizer::step_bucket(size_t bucket, SharedRates rates, double divisor) {
  const auto stretches = stretches_.find(bucket);
  if (stretches != stretches_.end()) {
    for (const Stretch& s : stretches->second) {
      AdamWStep step;
      step.add(values_.narrow(0, s.first, s.count), gradients_.narrow(0, s.first, s.count),
               {first_.narrow(0, s.moment, s.count), second_.narrow(0, s.moment, s.count), steps_});
      step.take(settings_.adamw, rates.adamw, divisor, s.rate_scale);
    }
    return;
  }
  for (const size_t p : layout_.buckets[bucket].parameters) {
    if (momenta_.contains(p)) { step_matrix(p, rates.muon, divisor); }
  }
}

void ReplicatedOptimizer::step_matrix(size_t parameter, double learning_rate, double divisor) {
  const at::Tensor& tensor = parameters_[parameter].tensor;
  at::Tensor value = tensor.detach();
  muon_step(settings_.muon, learning_rate, tensor.grad() / divisor, momenta_.at(parameter), value);
}

// The elements of a parameter that lie in this rank's stretches, with their moments.
void ReplicatedOptimizer::add_moments(std::vector<StatePiece>& pieces, size_t parameter) const {
  const int64_t from = layout_.offsets[parameter];
  const int64_t elements = parameters_[parameter].tensor.numel();
  const auto add = [&](const Stretch& s) {
    const int64_t first = std::max(from, s.first);
    const int64_t count = std::min(from + elements, s.first + s.count) - first;
    if (count <= 0) { return; }
    const bool whole = count == elements;
    for (const auto& [suffix, flat] : {std::pair(".exp_avg", first_), {".exp_avg_sq", second_}}) {
      const at::Tensor values = flat.narrow(0, s.moment + first - s.first, count);
      pieces.push_back({parameters_[parameter].name + suffix,
                        whole ? values.view(parameters_[parameter].tensor.sizes()) : values,
                        first - from, whole, exchange_.is_scattered(),
                        parameters_[parameter].tensor.sizes().vec()});
    }
  };
  for (const auto& [bucket, stretches] : stretches_) {
    std::for_each(stretches.begin(), stretches.end(), add);
  }
}

std::vector<StatePiece> ReplicatedOptimizer::state() {
  hold_values();
  std::vector<StatePiece> pieces;
  for (size_t p = 0; p < parameters_.size(); ++p) {
    const auto& [name, tensor] = parameters_[p];
    pieces.push_back({name, tensor.detach(), 0, true, false});
    if (settings_.matrices.contains(name)) { continue; }
    pieces.push_back({name + ".step", steps_, 0, true, false});
    add_moments(pieces, p);
  }
  for (const auto& [parameter, momentum] : momenta_) {
    pieces.push_back({parameters_[parameter].name + ".momentum_buffer", momentum, 0, true,
                      exchange_.is_scattered()});
  }
  return pieces;
}

std::vector<Route> ReplicatedOptimizer::routes() const {
  const bool alone = exchange_.collectives().world() == 1;
  const Road road = alone                      ? Road::none
                    : exchange_.is_scattered() ? Road::reduce_scatter_all_gather
                                               : Road::all_reduce;
  std::vector<Route> routes;
  for (const auto& [name, tensor] : parameters_) {
    routes.push_back({name, tensor.numel(), settings_.matrices.contains(name), road, {}, {}});
  }
  if (alone) { return routes; }
  for (size_t turn = 0; turn < turns_.size(); ++turn) {
    for (const size_t p : layout_.buckets[layout_.order[turn]].parameters) {
      routes[p].sum_turn = static_cast<int64_t>(turn) + 1;
    }
    for (const size_t p : layout_.buckets[turns_[turn].bucket].parameters) {
      routes[p].step_turn = static_cast<int64_t>(turn) + 1;
    }
  }
  return routes;
}

}  // namespace enigma::worker
