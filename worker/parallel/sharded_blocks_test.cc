#include "worker/parallel/sharded_blocks.h"

#include "worker/parallel/block_passes.h"
#include "worker/parallel/copies.h"
#include "worker/parallel/ranks_fixture.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <doctest/doctest.h>

#include <mutex>
#include <optional>
#include <set>
#include <vector>

using namespace enigma;
using namespace enigma::parallel;

namespace {

constexpr int64_t kWidth = 24, kLayers = 4;

/// As the optimiser tells the blocks where a pass is.
struct Form : AroundBlocks {
  explicit Form(ShardedBlocks& sharded) : blocks(sharded) {}
  void before_forward(size_t block) override { blocks.before_forward(block); }
  void before_backward(size_t block) override { blocks.before_backward(block); }
  void after_backward(size_t block) override { blocks.after_backward(block); }
  ShardedBlocks& blocks;
};

/// Layers of the same first weights on every rank, and a scale that belongs to none.
struct Layers {
  std::vector<at::Tensor> weights;
  at::Tensor scale;

  Layers() {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(uint64_t{9});
    for (int64_t i = 0; i < kLayers; ++i) {
      weights.push_back(at::randn({kWidth, kWidth}, generator, at::kDouble).requires_grad_(true));
    }
    scale = at::full({3}, 0.5, at::kDouble).requires_grad_(true);
  }
  std::vector<ShardUnit> cut(Collectives& collectives) const {
    std::vector<ShardUnit> units;
    for (const at::Tensor& weight : weights) {
      units.emplace_back(std::vector<at::Tensor>{weight}, collectives);
    }
    units.emplace_back(std::vector<at::Tensor>{scale}, collectives);
    return units;
  }
  /// A lane's loss; `but` is left out, as a strategy leaves out an encoder.
  at::Tensor loss(model::BlockRunner* runner, int64_t lane, std::optional<size_t> but) const {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<uint64_t>(lane));
    at::Tensor x = at::randn({3, kWidth}, generator, at::kDouble) * scale[0];
    for (size_t i = 0; i < weights.size(); ++i) {
      if (but == i) { continue; }
      x = model::run_block(runner, i, {x}, [this, i](const auto& in) {
        return at::mm(in[0], weights[i]).tanh() + in[0];
      });
    }
    return (x * scale[1]).square().sum();
  }
};

/// Odd lanes leave out a block.
std::optional<size_t> left_out(int64_t lane) {
  return lane % 2 == 1 ? std::optional<size_t>(lane % kLayers) : std::nullopt;
}

/// Flat gradients of all lanes, unit after unit, as one rank has them.
std::vector<at::Tensor> alone(int64_t lanes) {
  const Layers layers;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    layers.loss(nullptr, lane, left_out(lane)).backward();
  }
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& weight : layers.weights) { gradients.push_back(weight.grad().flatten()); }
  gradients.push_back(layers.scale.grad().flatten());
  return gradients;
}

void check_part(const ShardUnit& unit, const at::Tensor& whole) {
  const int64_t count = std::min(unit.part(), whole.numel() - unit.first());
  if (count <= 0) { return; }
  const at::Tensor mine = unit.gradients().narrow(0, 0, count);
  const at::Tensor expected = whole.narrow(0, unit.first(), count);
  CHECK((mine - expected).abs().max().item<double>() < 1e-10 * whole.abs().max().item<double>());
}

}  // namespace

TEST_CASE("sharded blocks: each rank gets its part of the gradients of all lanes") {
  constexpr int64_t kLanes = 8;
  const auto expected = alone(kLanes);
  for (const auto activations : {Activations::kept, Activations::recomputed}) {
    for (const int64_t world : {2, 4}) {
      std::mutex checking;
      on_ranks(world, [&](Collectives& collectives) {
        const Layers layers;
        ShardedBlocks blocks(layers.cut(collectives));
        Form form(blocks);
        BlockPasses passes(form, kLayers, activations);
        const int64_t each = kLanes / world, first = each * collectives.rank();
        for (int64_t lane = first; lane < first + each; ++lane) {
          blocks.begin_pass();
          layers.loss(&passes, lane, left_out(lane)).backward();
          blocks.end_pass(lane + 1 == first + each);
        }
        blocks.take_sums();
        const std::lock_guard lock(checking);
        for (size_t u = 0; u < expected.size(); ++u) { check_part(blocks.units()[u], expected[u]); }
      });
    }
  }
}

TEST_CASE("sharded blocks: memory of whole blocks is given back, and comes again with the values") {
  on_ranks(2, [&](Collectives& collectives) {
    const Layers layers;
    const at::Tensor before = layers.weights[1].detach().clone();
    ShardedBlocks blocks(layers.cut(collectives));
    const auto bytes = [&](size_t i) { return layers.weights[i].storage().nbytes(); };
    for (size_t i = 0; i < kLayers; ++i) { CHECK(bytes(i) == 0); }
    blocks.gather_all();
    CHECK(at::equal(layers.weights[1].detach(), before));
    blocks.release_all();
    CHECK(bytes(1) == 0);
    Form form(blocks);
    BlockPasses passes(form, kLayers, Activations::kept);
    blocks.begin_pass();
    const at::Tensor loss = layers.loss(&passes, 0, std::nullopt);
    CHECK(bytes(0) == 0);
    CHECK(bytes(3) > 0);
    loss.backward();
    blocks.end_pass(true);
    blocks.take_sums();
    for (size_t i = 0; i < kLayers; ++i) {
      CHECK(bytes(i) == 0);
      CHECK(layers.weights[i].grad().storage().nbytes() == 0);
    }
  });
}

TEST_CASE("copies: neighbours share a copy, and its parts have replicas") {
  std::mutex adding;
  std::set<std::vector<int64_t>> places;
  on_ranks(4, [&](Collectives& collectives) {
    const Copies copies = copies_of(collectives, 2);
    at::Tensor shard = at::full({1}, collectives.rank(), at::kLong), replica = shard.clone();
    copies.shards->all_reduce(shard)->wait();
    copies.replicas->all_reduce(replica)->wait();
    const std::lock_guard lock(adding);
    places.insert({copies.shards->rank(), copies.replicas->rank(), shard.item<int64_t>(),
                   replica.item<int64_t>()});
  });
  CHECK(places ==
        std::set<std::vector<int64_t>>{{0, 0, 1, 2}, {1, 0, 1, 4}, {0, 1, 5, 2}, {1, 1, 5, 4}});
}
