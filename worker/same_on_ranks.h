// What a test of several ranks asks of a family: any number of them, by any schedule, takes the
// steps of one.
#pragma once

#include "worker/run_fixture.h"

#include <doctest/doctest.h>

namespace enigma::worker {

inline constexpr sweeps::Schedule kSchedules[] = {
    sweeps::Schedule::bucketed, sweeps::Schedule::overlapped, sweeps::Schedule::scattered};

/// Checks losses, norms and scores of 2 and 4 ranks against those of one, at every step, in
/// float64.
inline void check_same_on_ranks(const Environment& environment, sweeps::PointFile file,
                                OpenFamily open) {
  CAPTURE(file.point.optimizer);
  const Course alone = course_of(environment, file, open, 1);
  REQUIRE(alone.losses.size() == static_cast<size_t>(file.steps));
  REQUIRE(alone.losses.back() != alone.losses.front());
  for (const int64_t ranks : {2, 4}) {
    for (const auto schedule : kSchedules) {
      file.point.schedule = schedule;
      CAPTURE(ranks);
      CAPTURE(name_of(schedule));
      CHECK(difference(alone, course_of(environment, file, open, ranks)) < 1e-10);
    }
  }
}

}  // namespace enigma::worker
