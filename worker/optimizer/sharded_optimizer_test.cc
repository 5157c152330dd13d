#include "worker/optimizer/sharded_optimizer.h"

#include "worker/parallel/ranks_fixture.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <string>

using namespace enigma;
using namespace enigma::worker;

namespace {

/// Two blocks of a matrix and a bias, and a bias of none.
std::vector<model::NamedTensor> parameters() {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(uint64_t{3});
  const auto leaf = [&](at::IntArrayRef sizes) {
    return at::randn(sizes, generator, at::kDouble).requires_grad_(true);
  };
  return {{"a.w", leaf({64, 48})},
          {"a.b", leaf({64})},
          {"b.w", leaf({64, 64})},
          {"b.b", leaf({64})},
          {"c", leaf({96})}};
}

SharedSettings settings() {
  return {.matrices = {"a.w", "b.w"}, .blocks = {"a.", "b."}};
}

int64_t held_bytes(SharedOptimizer& optimizer) {
  int64_t bytes = 0;
  for (const StatePiece& piece : optimizer.state()) {
    bytes += piece.is_own ? static_cast<int64_t>(piece.values.nbytes()) : 0;
  }
  return bytes;
}

}  // namespace

TEST_CASE("sharded optimizer: of parameters and moments a rank holds its part, and no more") {
  int64_t whole = 0;
  for (const auto& parameter : parameters()) {
    const bool is_matrix = settings().matrices.contains(parameter.name);
    whole += static_cast<int64_t>(parameter.tensor.nbytes()) * (is_matrix ? 2 : 3);
  }
  for (const int64_t world : {2, 4}) {
    std::atomic<int64_t> all = 0, most = 0;
    parallel::on_ranks(world, [&](parallel::Collectives& collectives) {
      const auto mine = parameters();
      ShardedOptimizer optimizer(mine, settings(), parallel::copies_of(collectives, world));
      const int64_t bytes = held_bytes(optimizer);
      all += bytes;
      for (int64_t seen = most; bytes > seen && !most.compare_exchange_weak(seen, bytes);) {}
      for (const auto& parameter : mine) { CHECK(parameter.tensor.storage().nbytes() == 0); }
    });
    CHECK(all == whole);
    CHECK(most < 1.25 * static_cast<double>(whole) / static_cast<double>(world));
  }
}

TEST_CASE("sharded optimizer: a gradient that is not finite changes nothing") {
  parallel::on_ranks(2, [&](parallel::Collectives& collectives) {
    const auto mine = parameters();
    const at::Tensor before = mine[4].tensor.detach().clone();
    ShardedOptimizer optimizer(mine, settings(), parallel::copies_of(collectives, 2));
    optimizer.begin_pass(true);
    (mine[4].tensor * INFINITY).sum().backward();
    optimizer.end_pass();
    CHECK_FALSE(std::isfinite(sum_and_step(optimizer, {.adamw = 1, .muon = 1}, 2)));
    CHECK(at::equal(mine[4].tensor.detach(), before));
  });
}
