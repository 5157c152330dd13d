#include "worker/bench/collective_times.h"

#include "worker/clock/clock.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <memory>

namespace enigma::worker {
namespace {

constexpr int64_t kBytes[] = {int64_t{4} << 10, int64_t{64} << 10, int64_t{1} << 20,
                              int64_t{16} << 20};
constexpr size_t kCalls = 7;

/// Of calls after a first one, which pays for connections; each begins when all ranks are there.
template <typename Call>
double median_s(parallel::Collectives& collectives, const Call& call) {
  call()->wait();
  std::vector<double> seconds;
  for (size_t i = 0; i < kCalls; ++i) {
    parallel::meet(collectives);
    Stopwatch watch;
    call()->wait();
    seconds.push_back(watch.lap_s());
  }
  std::nth_element(seconds.begin(), seconds.begin() + kCalls / 2, seconds.end());
  return seconds[kCalls / 2];
}

}  // namespace

std::optional<parallel::Network> network_of(const std::vector<CollectiveTime>& times,
                                            int64_t world) {
  const auto is_sum = [](const CollectiveTime& time) { return time.op == "all_reduce"; };
  const auto least = std::find_if(times.begin(), times.end(), is_sum);
  const auto most = std::find_if(times.rbegin(), times.rend(), is_sum);
  if (least == times.end() || most->seconds <= least->seconds) { return std::nullopt; }
  const auto ranks = static_cast<double>(world);
  const double one_way_s = (most->seconds - least->seconds) / 2;
  const double moved = static_cast<double>(most->bytes - least->bytes) * (ranks - 1) / ranks;
  return parallel::Network{least->seconds / 2, moved / one_way_s};
}

std::vector<CollectiveTime> collective_times(parallel::Collectives& collectives) {
  std::vector<CollectiveTime> times;
  if (collectives.world() == 1) { return times; }
  for (const int64_t bytes : kBytes) {
    const int64_t part = std::max<int64_t>(bytes / 4 / collectives.world(), 1);
    const at::Tensor whole = at::zeros({part * collectives.world()});
    const int64_t whole_bytes = whole.numel() * 4;
    times.push_back({"all_reduce", whole_bytes,
                     median_s(collectives, [&] { return collectives.all_reduce(whole); })});
    times.push_back({"all_gather", whole_bytes,
                     median_s(collectives, [&] { return collectives.all_gather(whole); })});
  }
  return times;
}

}  // namespace enigma::worker
