#include "worker/brain/draw.h"

#include <numeric>
#include <utility>

namespace enigma::worker {
namespace {

constexpr uint64_t kStrategyStream = ~uint64_t{0};  // no lane has this number

}  // namespace

CounterRandom random_of(uint64_t seed, uint64_t stream, uint64_t step) {
  return CounterRandom(
      mixed(mixed(mixed(seed + kGolden) ^ (stream + kGolden)) ^ (step + 2 * kGolden)));
}

int64_t lane_of_session(size_t session, int64_t lanes) {
  return static_cast<int64_t>(session) % lanes;
}

std::vector<size_t> sessions_of_lane(size_t sessions, int64_t lanes, int64_t lane) {
  std::vector<size_t> mine;
  for (auto s = static_cast<size_t>(lane); s < sessions; s += static_cast<size_t>(lanes)) {
    mine.push_back(s);
  }
  return mine;
}

size_t draw_strategy(uint64_t seed, int64_t step, const std::vector<double>& weights) {
  CounterRandom random = random_of(seed, kStrategyStream, static_cast<uint64_t>(step));
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double left = random.uniform() * total;
  for (size_t i = 0; i + 1 < weights.size(); ++i) {
    if ((left -= weights[i]) < 0) { return i; }
  }
  return weights.size() - 1;
}

LaneDraw draw_lane(uint64_t seed, int64_t lane, int64_t lanes, int64_t step,
                   const std::vector<size_t>& window_counts, int64_t windows_per_lane) {
  CounterRandom random = random_of(seed, static_cast<uint64_t>(lane), static_cast<uint64_t>(step));
  const auto mine = sessions_of_lane(window_counts.size(), lanes, lane);
  LaneDraw draw{.session = mine[random.below(mine.size())]};
  for (int64_t i = 0; i < windows_per_lane; ++i) {
    draw.windows.push_back(random.below(window_counts[draw.session]));
  }
  draw.permutations = random.next();
  return draw;
}

std::vector<int64_t> draw_permutation(CounterRandom& random, int64_t count, int64_t kept) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  for (size_t i = 0; i < static_cast<size_t>(kept); ++i) {
    std::swap(order[i], order[i + random.below(order.size() - i)]);
  }
  order.resize(static_cast<size_t>(kept));
  return order;
}

}  // namespace enigma::worker
