// Several ranks as threads of one process, over the collectives that processes use.
#pragma once

#include "worker/parallel/gloo.h"

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace enigma::parallel {

/// LibTorch keeps one record of the collectives of a process, which several groups in its threads
/// would write at once, unguarded (seen: a crash in c10d::FlightRecorder). A worker has one group.
inline void without_flight_recorder() {
  ::setenv("TORCH_FR_BUFFER_SIZE", "0", 1);
}

/// Calls `work` on each rank with its collectives, which `wrap` may have put something around, and
/// throws what the first of them threw. The ranks part when all have ended.
template <typename Work, typename Wrap>
void on_ranks(int64_t world, const Work& work, const Wrap& wrap,
              std::chrono::milliseconds deadline = std::chrono::seconds(60)) {
  static int meetings = 0;
  without_flight_recorder();
  const auto folder =
      std::filesystem::temp_directory_path() /
      ("enigma-ranks-" + std::to_string(::getpid()) + "-" + std::to_string(++meetings));
  std::filesystem::create_directories(folder);
  std::vector<std::exception_ptr> failures(static_cast<size_t>(world));
  std::vector<std::unique_ptr<Collectives>> all(static_cast<size_t>(world));
  std::vector<std::thread> ranks;
  for (int64_t rank = 0; rank < world; ++rank) {
    ranks.emplace_back([&, rank] {
      const auto own = static_cast<size_t>(rank);
      try {
        all[own] = wrap(world == 1 ? alone()
                                   : join_gloo({.folder = folder,
                                                .rank = rank,
                                                .world = world,
                                                .interface = "lo",
                                                .deadline = deadline}));
        work(*all[own]);
      } catch (...) { failures[own] = std::current_exception(); }
    });
  }
  for (std::thread& rank : ranks) { rank.join(); }
  std::filesystem::remove_all(folder);
  for (const auto& failure : failures) {
    if (failure) { std::rethrow_exception(failure); }
  }
}
template <typename Work>
void on_ranks(int64_t world, const Work& work,
              std::chrono::milliseconds deadline = std::chrono::seconds(60)) {
  on_ranks(
      world, work, [](std::unique_ptr<Collectives> plain) { return plain; }, deadline);
}

}  // namespace enigma::parallel
