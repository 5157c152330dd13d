// What a test of several ranks asks of a family: any number of them, however they share it, takes
// the steps of one.
#pragma once

#include "worker/run_fixture.h"

#include <doctest/doctest.h>

namespace enigma::worker {

/// How the ranks of a run may share its model.
struct Sharing {
  sweeps::Form form = sweeps::Form::replicate;
  sweeps::Schedule schedule = sweeps::Schedule::overlapped;
  sweeps::Checkpointing checkpointing = sweeps::Checkpointing::none;
  int64_t accumulation = 1;
};
inline constexpr Sharing kSharings[] = {
    {.schedule = sweeps::Schedule::bucketed},
    {.schedule = sweeps::Schedule::overlapped},
    {.schedule = sweeps::Schedule::scattered, .checkpointing = sweeps::Checkpointing::blocks},
    {.form = sweeps::Form::shard},
    {.form = sweeps::Form::shard, .checkpointing = sweeps::Checkpointing::blocks},
    {.form = sweeps::Form::hybrid, .accumulation = 2}};

inline void share(sweeps::Point& point, const Sharing& sharing) {
  point.form = sharing.form;
  point.shard_ranks = 2;
  point.schedule = sharing.schedule;
  point.checkpointing = sharing.checkpointing;
  point.accumulation = sharing.accumulation;
}

/// Checks losses, norms and scores of 2 and 4 ranks against those of one, at every step, in
/// float64.
inline void check_same_on_ranks(const Environment& environment, sweeps::PointFile file,
                                OpenFamily open) {
  CAPTURE(file.point.optimizer);
  const Course alone = course_of(environment, file, open, 1);
  REQUIRE(alone.losses.size() == static_cast<size_t>(file.steps));
  REQUIRE(alone.losses.back() != alone.losses.front());
  for (const int64_t ranks : {2, 4}) {
    for (const Sharing& sharing : kSharings) {
      share(file.point, sharing);
      CAPTURE(ranks);
      CAPTURE(name_of(sharing.form));
      CAPTURE(name_of(sharing.schedule));
      CAPTURE(name_of(sharing.checkpointing));
      CHECK(difference(alone, course_of(environment, file, open, ranks)) < 1e-10);
    }
  }
}

}  // namespace enigma::worker
