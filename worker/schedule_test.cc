#include "worker/schedule.h"

#include <doctest/doctest.h>

using namespace enigma::worker;

TEST_CASE("schedule: warms up linearly, stays, and decays to zero at the end") {
  const LearningRateSchedule schedule{.steps = 100, .warmup_steps = 11, .decay_steps = 20};
  CHECK(learning_rate(schedule, 1e-3, 0) == doctest::Approx(1e-7));
  CHECK(learning_rate(schedule, 1e-3, 5) == doctest::Approx(1e-7 + 0.5 * (1e-3 - 1e-7)));
  CHECK(learning_rate(schedule, 1e-3, 10) == 1e-3);
  CHECK(learning_rate(schedule, 1e-3, 79) == 1e-3);
  CHECK(learning_rate(schedule, 1e-3, 80) == 1e-3);
  CHECK(learning_rate(schedule, 1e-3, 90) == doctest::Approx(5e-4));
  CHECK(learning_rate(schedule, 1e-3, 99) == doctest::Approx(5e-5));
  CHECK(learning_rate(schedule, 1e-3, 100) == 0);
}

TEST_CASE("schedule: without warm-up and decay the rate is constant") {
  const LearningRateSchedule schedule{.steps = 5};
  for (int64_t step = 0; step < 5; ++step) { CHECK(learning_rate(schedule, 1e-3, step) == 1e-3); }
}
