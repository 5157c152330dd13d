#include "worker/learner.h"

#include "worker/ending.h"
#include "worker/optimizer/replicated_optimizer.h"
#include "worker/optimizer/sharded_optimizer.h"

#include <set>
#include <string>
#include <utility>

namespace enigma::worker {
namespace {

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
          .rate_scales = family.rate_scales(),
          .blocks = family.blocks()};
}

void check_accumulation(const sweeps::Point& point) {
  if (point.windows_per_lane % point.accumulation == 0) { return; }
  throw Ending(protocol::ExitCode::bad_point,
               "train.accumulation: " + std::to_string(point.accumulation) +
                   " does not divide train.windows_per_lane, which is " +
                   std::to_string(point.windows_per_lane));
}

int64_t ranks_of_a_copy(const sweeps::Point& point, int64_t world) {
  if (point.form != sweeps::Form::hybrid) { return world; }
  if (world % point.shard_ranks == 0) { return point.shard_ranks; }
  throw Ending(protocol::ExitCode::bad_point,
               "parallel.shard_ranks: " + std::to_string(point.shard_ranks) +
                   " ranks share a copy of the model, which does not divide the " +
                   std::to_string(world) + " of this attempt");
}

std::unique_ptr<SharedOptimizer> make_shared_optimizer(const sweeps::Point& point,
                                                       const Family& family,
                                                       parallel::Collectives& collectives) {
  const SharedSettings settings = shared_settings(point, family);
  const int64_t world = collectives.world();
  if (point.form == sweeps::Form::replicate || world == 1) {
    return std::make_unique<ReplicatedOptimizer>(family.shared_parameters(), settings, collectives,
                                                 point.schedule);
  }
  return std::make_unique<ShardedOptimizer>(
      family.shared_parameters(), settings,
      parallel::copies_of(collectives, ranks_of_a_copy(point, world)));
}

parallel::Activations activations_of(const sweeps::Point& point) {
  return point.checkpointing == sweeps::Checkpointing::blocks ? parallel::Activations::recomputed
                                                              : parallel::Activations::kept;
}

std::vector<std::string> names_of(const std::vector<model::NamedTensor>& parameters) {
  std::vector<std::string> names;
  for (const auto& parameter : parameters) { names.push_back(parameter.name); }
  return names;
}

}  // namespace

Learner::Learner(const sweeps::PointFile& file, const Family& family, const parallel::Ranks& ranks)
    : shared(make_shared_optimizer(file.point, family, ranks.collectives)),
      shared_names(names_of(family.shared_parameters())),
      passes(*shared, family.blocks().size(), activations_of(file.point)) {
  check_accumulation(file.point);
  for (SessionParameters& session : family.session_parameters()) {
    sessions.push_back({session.name,
                        session.lane,
                        {std::move(session.parameters), session_adamw(adamw_of(file.point))}});
  }
}

std::vector<at::Tensor> Learner::gradients(const std::vector<size_t>& drawn) const {
  std::vector<at::Tensor> all = shared->gradients();
  for (const size_t session : drawn) {
    const std::vector<at::Tensor> own = sessions[session].optimizer.gradients();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

void Learner::drop_gradients(const std::vector<size_t>& drawn) {
  shared->drop_gradients();
  for (const size_t session : drawn) { sessions[session].optimizer.drop_gradients(); }
}

}  // namespace enigma::worker
