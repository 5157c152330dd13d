#include "worker/join.h"

#include "worker/ending.h"
#include "worker/parallel/gloo.h"

#include <chrono>
#include <string>

namespace enigma::worker {

std::unique_ptr<parallel::Collectives> join(const Environment& environment) {
  if (environment.world == 1) { return parallel::alone(); }
  const auto milliseconds = [](double seconds) {
    return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1e3));
  };
  return parallel::join_gloo({.folder = environment.attempt_dir,
                              .rank = environment.rank,
                              .world = environment.world,
                              .interface = environment.interface,
                              .init_deadline = milliseconds(environment.init_deadline_s),
                              .deadline = milliseconds(environment.collective_deadline_s)});
}

void check_lanes(const Environment& environment, const sweeps::Point& point) {
  if (point.lanes % environment.world == 0) { return; }
  throw Ending(protocol::ExitCode::bad_point, "train.lanes: " + std::to_string(point.lanes) +
                                                  " lanes cannot be dealt evenly to " +
                                                  std::to_string(environment.world) + " ranks");
}

}  // namespace enigma::worker
