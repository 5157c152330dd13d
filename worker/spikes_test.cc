#include "worker/spikes.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace enigma::worker;

namespace {

/// So many steps around loss 2 and norm 1, alternately a tenth above and below.
StepHistory steady(size_t steps) {
  StepHistory history;
  for (size_t i = 0; i < steps; ++i) {
    const double sign = i % 2 == 0 ? 0.1 : -0.1;
    remember(history, {.loss = 2 + sign, .grad_norm = 1 + sign});
  }
  return history;
}

}  // namespace

TEST_CASE("spikes: what is not finite is one from the first step on") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(*spike_in({}, {.loss = nan, .grad_norm = 1}, 6) == "training loss is nan");
  CHECK(*spike_in({}, {.loss = 1, .grad_norm = INFINITY}, 6) == "gradient norm is inf");
  CHECK(*spike_in({}, {.loss = 1, .grad_norm = 1, .session_norms = INFINITY}, 6) ==
        "gradient norm of a session is inf");
  CHECK_FALSE(spike_in({}, {.loss = 1, .grad_norm = 1}, 6));
}

TEST_CASE("spikes: far above the steps before, in loss or in gradient, and not below them") {
  const StepHistory history = steady(kSpikeHistory);
  CHECK_FALSE(spike_in(history, {.loss = 2.6, .grad_norm = 1}, 6));
  CHECK(spike_in(history, {.loss = 2.61, .grad_norm = 1}, 6));
  CHECK(spike_in(history, {.loss = 2, .grad_norm = 1.7}, 6));
  CHECK_FALSE(spike_in(history, {.loss = 2, .grad_norm = 1.7}, 8));
  CHECK_FALSE(spike_in(history, {.loss = -50, .grad_norm = 0}, 6));
  const std::string why = *spike_in(history, {.loss = 5, .grad_norm = 1}, 6);
  CHECK(why ==
        "training loss is 5, more than 6 standard deviations (0.1) above its mean over the "
        "last 128 steps, 2");
}

TEST_CASE("spikes: nothing finite is judged before half of the history is there") {
  CHECK_FALSE(spike_in(steady(kSpikeHistory / 2 - 1), {.loss = 1e6, .grad_norm = 1}, 6));
  CHECK(spike_in(steady(kSpikeHistory / 2), {.loss = 1e6, .grad_norm = 1}, 6));
}

TEST_CASE("spikes: what is remembered is bounded, the oldest goes") {
  StepHistory history = steady(3 * kSpikeHistory);
  CHECK(history.losses.size() == kSpikeHistory);
  for (size_t i = 0; i < kSpikeHistory; ++i) { remember(history, {.loss = 9, .grad_norm = 9}); }
  CHECK(history.losses.front() == 9);
  CHECK_FALSE(spike_in(history, {.loss = 9, .grad_norm = 9}, 6));
}
