#include "worker/bench/limit.h"

#include <doctest/doctest.h>

#include <string>

using namespace enigma::worker;

TEST_CASE("limit: what takes the largest share of a step") {
  const TimeSplit busy{.data_wait_s = 0.1,
                       .forward_s = 0.2,
                       .backward_s = 0.4,
                       .communication_exposed_s = 0.3,
                       .optimizer_s = 0.1};
  CHECK(limit_of(busy) == Limit::compute);
  TimeSplit starved = busy;
  starved.data_wait_s = 0.8;
  CHECK(limit_of(starved) == Limit::data);
  TimeSplit waiting = starved;
  waiting.communication_exposed_s = 0.9;
  CHECK(limit_of(waiting) == Limit::communication);
  CHECK(std::string(name_of(limit_of(waiting))) == "communication");
}

TEST_CASE("limit: the parts of compute count together") {
  const TimeSplit thirds{.data_wait_s = 0.5,
                         .forward_s = 0.2,
                         .backward_s = 0.2,
                         .communication_exposed_s = 0.5,
                         .optimizer_s = 0.2};
  CHECK(limit_of(thirds) == Limit::compute);
}
