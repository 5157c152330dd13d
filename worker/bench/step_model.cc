#include "worker/bench/step_model.h"

#include "worker/optimizer/shared_optimizer.h"
#include "worker/parallel/shard_pass.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace enigma::worker {
namespace {

using parallel::ShardAction;

constexpr int kSteps = 3;              // what is gathered in one step is waited for in the next
constexpr double kWordsBytes = 9 * 8;  // what the ranks of a step tell each other
constexpr double kSquaresBytes = 8;    // of the gradients' norm, where no rank has all of them
constexpr double kNotThere = -1;

/// Carries one thing after the other.
class Link {
 public:
  Link(const parallel::Network& network, int64_t world) : network_(network), world_(world) {}

  /// When what is handed over at `now_s` is done.
  double all_reduce(double now_s, double bytes) {
    return done(now_s, parallel::all_reduce_s(network_, bytes, world_));
  }
  double one_way(double now_s, double bytes) {
    return done(now_s, parallel::one_way_s(network_, bytes, world_));
  }

 private:
  double done(double now_s, double takes_s) {
    free_s_ = std::max(free_s_, now_s) + takes_s;
    return free_s_;
  }

  const parallel::Network& network_;
  int64_t world_;
  double free_s_ = 0;
};

/// One rank's time.
class Rank {
 public:
  double now_s() const { return now_s_; }
  double waited_s() const { return waited_s_; }
  void compute(double seconds) { now_s_ += seconds; }
  void wait_until(double at_s) {
    waited_s_ += std::max(0.0, at_s - now_s_);
    now_s_ = std::max(now_s_, at_s);
  }

 private:
  double now_s_ = 0, waited_s_ = 0;
};

double bytes_of(const std::vector<Parcel>& parcels) {
  return std::accumulate(parcels.begin(), parcels.end(), 0.0,
                         [](double sum, const Parcel& one) { return sum + one.bytes; });
}

/// Parameters whole on every rank: sums while the last pass goes backward, or after it.
class WholeStep {
 public:
  WholeStep(const StepCompute& compute, const StepTraffic& traffic,
            const parallel::Network& network)
      : compute_(compute), traffic_(traffic), link_(network, traffic.world) {}

  void take(Rank& rank) {
    for (int64_t pass = 0; pass < compute_.passes; ++pass) {
      forward(rank);
      backward(rank, pass + 1 == compute_.passes);
    }
    finish_sums(rank);
    step(rank);
    rank.compute(compute_.other_s);
  }

 private:
  bool is_scattered() const { return traffic_.road == Road::reduce_scatter_all_gather; }

  void forward(Rank& rank) {
    for (size_t block = 0; block < compute_.forward_s.size(); ++block) {
      for (; gathered_ < gathers_s_.size(); ++gathered_) {
        if (traffic_.values[gathered_].block > block) { break; }
        rank.wait_until(gathers_s_[gathered_]);
      }
      rank.compute(compute_.forward_s[block]);
    }
  }

  void backward(Rank& rank, bool is_last) {
    started_ = 0;
    for (size_t block = compute_.backward_s.size(); block-- > 0;) {
      rank.compute(compute_.backward_s[block]);
      if (is_last && traffic_.schedule != sweeps::Schedule::bucketed) { start_sums(rank, block); }
    }
  }

  /// Those of which backward has left everything down to `block`, in their order.
  void start_sums(const Rank& rank, size_t block) {
    for (; started_ < traffic_.sums.size() && traffic_.sums[started_].block >= block; ++started_) {
      const double bytes = traffic_.sums[started_].bytes;
      summed_s_ = is_scattered() ? link_.one_way(rank.now_s(), bytes)
                                 : link_.all_reduce(rank.now_s(), bytes);
    }
  }

  void finish_sums(Rank& rank) {
    start_sums(rank, 0);
    const double agreed_s = link_.all_reduce(rank.now_s(), kWordsBytes);
    rank.wait_until(summed_s_);
    if (is_scattered()) { rank.wait_until(link_.all_reduce(rank.now_s(), kSquaresBytes)); }
    rank.wait_until(agreed_s);
  }

  void step(Rank& rank) {
    gathers_s_.clear();
    gathered_ = 0;
    const double all = bytes_of(traffic_.values);
    if (traffic_.values.empty()) { rank.compute(compute_.optimizer_s); }
    for (const Parcel& parcel : traffic_.values) {
      rank.compute(compute_.optimizer_s * parcel.bytes / all);
      if (is_scattered()) { gathers_s_.push_back(link_.one_way(rank.now_s(), parcel.bytes)); }
    }
  }

  const StepCompute& compute_;
  const StepTraffic& traffic_;
  Link link_;
  size_t started_ = 0;
  double summed_s_ = 0;
  std::vector<double> gathers_s_;  // done, of those that were started
  size_t gathered_ = 0;            // of them: waited for
};

/// Parameters cut over ranks: a block is brought together ahead of its use, forward and backward,
/// and its gradients are summed behind it (parallel/sharded_blocks).
class CutStep {
 public:
  CutStep(const StepCompute& compute, const StepTraffic& traffic, const parallel::Network& network)
      : compute_(compute),
        traffic_(traffic),
        shards_(network, traffic.shard_ranks),
        replicas_(network, traffic.world / traffic.shard_ranks),
        all_(network, traffic.world),
        blocks_(compute.forward_s.size() - 1),
        pass_(parallel::shard_pass(blocks_)),
        there_s_(blocks_ + 1, kNotThere),
        summed_s_(blocks_ + 1, kNotThere) {}

  void take(Rank& rank) {
    for (int64_t pass = 0; pass < compute_.passes; ++pass) { take_pass(rank); }
    start_sum(rank, blocks_);
    there_s_[blocks_] = kNotThere;
    const double agreed_s = all_.all_reduce(rank.now_s(), kWordsBytes);
    for (size_t unit = 0; unit <= blocks_; ++unit) { take_sum(rank, unit); }
    sum_copies(rank);
    rank.wait_until(shards_.all_reduce(rank.now_s(), kSquaresBytes));
    rank.wait_until(agreed_s);
    step(rank);
    rank.compute(compute_.other_s);
  }

 private:
  // Units count as in the optimiser: blocks from 0, and last what belongs to none.
  double bytes_of_unit(size_t unit) const { return traffic_.values[unit].bytes; }

  void take_pass(Rank& rank) {
    next_ = 0;
    gather(rank, blocks_);
    rank.wait_until(there_s_[blocks_]);
    rank.compute(compute_.forward_s[0]);
    for (size_t block = 0; block < blocks_; ++block) {
      go_on_to(rank, {ShardAction::gather, std::min(block + 1, blocks_ - 1)});
      rank.wait_until(there_s_[block]);
      rank.compute(compute_.forward_s[block + 1]);
    }
    for (size_t block = blocks_; block-- > 0;) {
      go_on_to(rank, {ShardAction::gather_again, block == 0 ? 0 : block - 1});
      rank.wait_until(there_s_[block]);
      take_sum(rank, block);  // of the pass before
      rank.compute(compute_.backward_s[block + 1]);
      go_on_to(rank, {ShardAction::sum, block});
    }
    rank.compute(compute_.backward_s[0]);
  }

  void go_on_to(Rank& rank, const ShardAction& action) {
    const auto from = pass_.begin() + static_cast<std::ptrdiff_t>(next_);
    const auto found = std::find(from, pass_.end(), action);
    if (found == pass_.end()) { return; }
    std::for_each(from, found + 1, [&](const ShardAction& each) { act(rank, each); });
    next_ = static_cast<size_t>(found - pass_.begin()) + 1;
  }

  void act(Rank& rank, const ShardAction& action) {
    const size_t block = action.block;
    if (action.kind == ShardAction::gather && block >= 2) { there_s_[block - 2] = kNotThere; }
    if (action.kind != ShardAction::sum) { return gather(rank, block); }
    if (block + 2 < blocks_) { take_sum(rank, block + 2); }
    start_sum(rank, block);
    there_s_[block] = kNotThere;
  }

  void gather(const Rank& rank, size_t unit) {
    if (there_s_[unit] != kNotThere) { return; }
    there_s_[unit] = shards_.one_way(rank.now_s(), bytes_of_unit(unit));
  }
  void start_sum(const Rank& rank, size_t unit) {
    summed_s_[unit] = shards_.one_way(rank.now_s(), bytes_of_unit(unit));
  }
  void take_sum(Rank& rank, size_t unit) {
    if (summed_s_[unit] != kNotThere) { rank.wait_until(summed_s_[unit]); }
    summed_s_[unit] = kNotThere;
  }

  void sum_copies(Rank& rank) {
    double done_s = rank.now_s();
    const auto parts = static_cast<double>(traffic_.shard_ranks);
    for (size_t unit = 0; unit <= blocks_; ++unit) {
      done_s = replicas_.all_reduce(rank.now_s(), bytes_of_unit(unit) / parts);
    }
    rank.wait_until(done_s);
  }

  /// Muon's momentum of a unit is brought together while the one before is stepped.
  void step(Rank& rank) {
    const double all = bytes_of(traffic_.values);
    const auto momentum_s = [&](size_t unit) -> std::optional<double> {
      if (unit > blocks_ || !traffic_.values[unit].has_matrices) { return std::nullopt; }
      return shards_.one_way(rank.now_s(), bytes_of_unit(unit));
    };
    std::optional<double> next_s = momentum_s(0);
    for (size_t unit = 0; unit <= blocks_; ++unit) {
      const auto own_s = next_s;
      next_s = momentum_s(unit + 1);
      if (own_s) { rank.wait_until(*own_s); }
      rank.compute(compute_.optimizer_s * bytes_of_unit(unit) / all);
    }
  }

  const StepCompute& compute_;
  const StepTraffic& traffic_;
  Link shards_, replicas_, all_;
  size_t blocks_;
  std::vector<ShardAction> pass_;
  size_t next_ = 0;
  std::vector<double> there_s_, summed_s_;  // by unit: when it is; kNotThere: neither is under way
};

template <typename Step>
SimulatedStep last_of(Step step) {
  Rank rank;
  SimulatedStep last;
  for (int i = 0; i < kSteps; ++i) {
    const double began_s = rank.now_s(), waited_s = rank.waited_s();
    step.take(rank);
    last = {rank.now_s() - began_s, rank.waited_s() - waited_s};
  }
  return last;
}

bool is_cut(Road road) {
  return road == Road::all_gather_reduce_scatter ||
         road == Road::all_gather_reduce_scatter_all_reduce;
}

/// Where each parameter's block stands, by the table's order, which is that of the forward pass;
/// those of no block at 0.
std::vector<size_t> places_of(const std::vector<Route>& routes,
                              const std::vector<std::string>& blocks) {
  std::vector<size_t> places;
  for (const Route& route : routes) {
    const auto block = block_of(route.parameter, blocks);
    places.push_back(block ? *block + 1 : 0);
  }
  return places;
}

/// When backward has left the gradient of each: those of no block stand with what comes before them
/// in the forward pass, as the last norm does with the last layer.
std::vector<size_t> landings_of(std::vector<size_t> places) {
  for (size_t i = 1; i < places.size(); ++i) {
    if (places[i] == 0) { places[i] = places[i - 1]; }
  }
  return places;
}

/// By turn; parameters without one travel nowhere.
std::vector<Parcel> parcels(const std::vector<Route>& routes, std::optional<int64_t> Route::*turn,
                            const std::vector<size_t>& places, double element_bytes) {
  std::map<int64_t, Parcel> by_turn;
  for (size_t i = 0; i < routes.size(); ++i) {
    const auto& number = routes[i].*turn;
    if (!number) { continue; }
    Parcel& parcel = by_turn.try_emplace(*number, Parcel{.block = places[i]}).first->second;
    parcel.bytes += static_cast<double>(routes[i].elements) * element_bytes;
    parcel.block = std::min(parcel.block, places[i]);
    parcel.has_matrices |= routes[i].is_matrix;
  }
  std::vector<Parcel> list;
  for (const auto& [number, parcel] : by_turn) { list.push_back(parcel); }
  return list;
}

/// A unit a block, empty ones too, and last what belongs to none.
std::vector<Parcel> units_of(const std::vector<Parcel>& parcels, size_t blocks) {
  std::vector<Parcel> units(blocks + 1);
  for (const Parcel& parcel : parcels) {
    units[parcel.block == 0 ? blocks : parcel.block - 1] = parcel;
  }
  return units;
}

}  // namespace

std::vector<double> by_block(double seconds, int64_t passes, const std::vector<double>& flops,
                             size_t blocks) {
  std::vector<double> shares(blocks + 1);
  const double all = std::accumulate(flops.begin(), flops.end(), 0.0);
  const double of_a_pass = seconds / static_cast<double>(passes);
  if (flops.size() != shares.size() || !(all > 0)) {
    shares[0] = of_a_pass;
    return shares;
  }
  for (size_t block = 0; block <= blocks; ++block) {
    shares[block] = of_a_pass * flops[block] / all;
  }
  return shares;
}

StepTraffic traffic_of(const std::vector<Route>& routes, const std::vector<std::string>& blocks,
                       double element_bytes) {
  StepTraffic traffic;
  if (routes.empty()) { return traffic; }
  traffic.road = routes.front().road;
  const std::vector<size_t> places = places_of(routes, blocks);
  traffic.sums = parcels(routes, &Route::sum_turn, landings_of(places), element_bytes);
  traffic.values = parcels(routes, &Route::step_turn, places, element_bytes);
  if (is_cut(traffic.road)) { traffic.values = units_of(traffic.values, blocks.size()); }
  return traffic;
}

SimulatedStep simulated_step(const StepCompute& compute, const StepTraffic& traffic,
                             const parallel::Network& network) {
  if (is_cut(traffic.road)) { return last_of(CutStep(compute, traffic, network)); }
  return last_of(WholeStep(compute, traffic, network));
}

}  // namespace enigma::worker
