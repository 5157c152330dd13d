#include "worker/brain/draw.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace enigma::worker;

namespace {

bool same(const LaneDraw& a, const LaneDraw& b) {
  return a.session == b.session && a.windows == b.windows && a.permutations == b.permutations;
}

}  // namespace

TEST_CASE("draw: a step's draw is a function of seed, lane and step alone") {
  const std::vector<size_t> counts{100, 50, 70, 30, 90};
  for (int64_t step : {0, 1, 7, 1000000}) {
    const LaneDraw first = draw_lane(3, 1, 2, step, counts, 8);
    draw_lane(3, 0, 2, step + 1, counts, 8);  // what was drawn in between does not matter
    CHECK(same(first, draw_lane(3, 1, 2, step, counts, 8)));
    CHECK_FALSE(same(first, draw_lane(4, 1, 2, step, counts, 8)));
    CHECK_FALSE(same(first, draw_lane(3, 1, 2, step + 1, counts, 8)));
    CHECK((first.session == 1 || first.session == 3));
    for (size_t window : first.windows) { CHECK(window < counts[first.session]); }
    CHECK(draw_strategy(3, step, {1, 1, 1}) == draw_strategy(3, step, {1, 1, 1}));
  }
}

TEST_CASE("draw: every session belongs to exactly one lane") {
  std::multiset<size_t> dealt;
  for (int64_t lane = 0; lane < 3; ++lane) {
    for (size_t session : sessions_of_lane(8, 3, lane)) { dealt.insert(session); }
  }
  CHECK(dealt == std::multiset<size_t>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(sessions_of_lane(8, 3, 1) == std::vector<size_t>{1, 4, 7});
}

TEST_CASE("draw: strategies come with their weights") {
  std::vector<int> seen(3);
  for (int64_t step = 0; step < 30000; ++step) { ++seen[draw_strategy(11, step, {1, 2, 0})]; }
  CHECK(seen[0] == doctest::Approx(10000).epsilon(0.05));
  CHECK(seen[1] == doctest::Approx(20000).epsilon(0.05));
  CHECK(seen[2] == 0);
}

TEST_CASE("draw: sessions and windows are drawn evenly") {
  const std::vector<size_t> counts{10, 10};
  std::vector<int> sessions(2), windows(10);
  for (int64_t step = 0; step < 10000; ++step) {
    const LaneDraw draw = draw_lane(5, 0, 1, step, counts, 4);
    ++sessions[draw.session];
    for (size_t window : draw.windows) { ++windows[window]; }
  }
  CHECK(sessions[0] == doctest::Approx(5000).epsilon(0.05));
  for (int seen : windows) { CHECK(seen == doctest::Approx(4000).epsilon(0.08)); }
}

TEST_CASE("draw: a permutation holds distinct neurons, and all of them when all are kept") {
  enigma::CounterRandom random = random_of(1, 2, 3);
  std::vector<int64_t> order = draw_permutation(random, 50, 20);
  CHECK(order.size() == 20);
  CHECK(std::set<int64_t>(order.begin(), order.end()).size() == 20);
  order = draw_permutation(random, 50, 50);
  std::sort(order.begin(), order.end());
  for (int64_t i = 0; i < 50; ++i) { CHECK(order[static_cast<size_t>(i)] == i); }
}
