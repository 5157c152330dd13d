#include "worker/parallel/collectives.h"

#include "worker/parallel/delayed.h"
#include "worker/parallel/ranks_fixture.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <mutex>

using namespace enigma::parallel;
using namespace std::chrono_literals;

namespace {

std::mutex checking;  // doctest's checks are one thread's

at::Tensor values_of(int64_t rank, int64_t count) {
  return at::arange(count, at::kDouble) + 100.0 * static_cast<double>(rank);
}

}  // namespace

TEST_CASE("collectives: sums, sums in parts, and parts together, on 1, 2 and 4 ranks") {
  for (const int64_t world : {1, 2, 4}) {
    on_ranks(world, [&](Collectives& all) {
      at::Tensor sum = values_of(all.rank(), 8), parts = sum.clone(), gathered = sum.clone();
      const auto first = all.all_reduce(sum);
      const auto second = all.reduce_scatter(parts);
      const auto third = all.all_gather(gathered);
      for (const auto* pending : {&first, &second, &third}) { (*pending)->wait(); }
      at::Tensor expected = at::zeros({8}, at::kDouble);
      for (int64_t r = 0; r < world; ++r) { expected += values_of(r, 8); }
      const std::lock_guard lock(checking);
      CHECK(at::equal(sum, expected));
      CHECK(at::equal(part_of(parts, all.rank(), world), part_of(expected, all.rank(), world)));
      for (int64_t r = 0; r < world; ++r) {
        CHECK(at::equal(part_of(gathered, r, world), part_of(values_of(r, 8), r, world)));
      }
    });
  }
}

TEST_CASE("collectives: a peer that does not come is told within the deadline") {
  const auto from = std::chrono::steady_clock::now();
  CHECK_THROWS_AS(on_ranks(
                      2,
                      [](Collectives& all) {
                        if (all.rank() == 0) { all.all_reduce(at::ones({4}))->wait(); }
                        if (all.rank() == 1) { std::this_thread::sleep_for(1500ms); }
                      },
                      500ms),
                  PeerLost);
  CHECK(std::chrono::steady_clock::now() - from < 20s);
}

TEST_CASE("collectives: a stated network delays each by its bytes, one after the other") {
  const Network network{.latency_s = 0.01, .bytes_per_s = 1e6};
  CHECK(all_reduce_s(network, 1e5, 1) == 0);
  CHECK(one_way_s(network, 1e5, 2) == doctest::Approx(0.06));
  CHECK(all_reduce_s(network, 1e5, 4) == doctest::Approx(0.17));
  const auto slow = delayed(alone(), network);
  CHECK(slow->world() == 1);
  class Two : public Collectives {  // two ranks on paper
   public:
    int64_t rank() const override { return 0; }
    int64_t world() const override { return 2; }
    std::unique_ptr<Pending> all_reduce(at::Tensor x) override { return alone()->all_reduce(x); }
    std::unique_ptr<Pending> reduce_scatter(at::Tensor x) override {
      return alone()->all_reduce(x);
    }
    std::unique_ptr<Pending> all_gather(at::Tensor x) override { return alone()->all_reduce(x); }
    std::unique_ptr<Collectives> group(const RankGroup&) override { return alone(); }
  };
  const auto two = delayed(std::make_unique<Two>(), network);
  const auto from = std::chrono::steady_clock::now();
  const auto first = two->reduce_scatter(at::zeros({12500}));  // 50 kB, 25 ms and 10 ms
  const auto second = two->all_gather(at::zeros({12500}));
  second->wait();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;
  CHECK(took.count() >= 0.07);
  first->wait();
}
