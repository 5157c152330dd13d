#include "sweeps/cost.h"

#include "sweeps/recordings_fixture.h"

#include <doctest/doctest.h>

#include <numeric>

using namespace enigma;
using namespace enigma::sweeps;

TEST_CASE("cost: lanes are uniform, and so are the sessions within a lane") {
  CHECK(session_probabilities(3, 1) == std::vector<double>{1.0 / 3, 1.0 / 3, 1.0 / 3});
  CHECK(session_probabilities(3, 2) == std::vector<double>{0.25, 0.5, 0.25});
  for (int64_t lanes = 1; lanes <= 7; ++lanes) {
    const auto p = session_probabilities(7, lanes);
    CHECK(std::accumulate(p.begin(), p.end(), 0.0) == doctest::Approx(1));
  }
}

TEST_CASE("cost: the expectation equals the mean over every draw, counted one by one") {
  const auto sessions = some_recordings().sessions;
  const model::ModelSize size{.width = 32, .layers = 2, .heads = 2};
  const auto inputs = inputs_of({}, sessions);
  REQUIRE(inputs.ok());
  const auto shape = model::shape_of(size, inputs.value->window);
  const auto choice = choose_strategies({"causal", "population"}, shape, sessions);
  REQUIRE(choice.kept.size() > 10);
  const WindowCost cost = expected_window(shape, sessions, choice.kept, 2);
  double flops = 0;
  for (const size_t session : {0, 2, 1, 1}) {  // lanes {0, 2} and {1}, each draw as likely
    for (const auto& strategy : choice.kept) {
      const auto resolved = model::resolve(strategy, shape, sessions[session].neurons);
      flops += 3 * model::count_flops(*resolved.strategy, shape, sessions[session].neurons).forward;
    }
  }
  CHECK(cost.flops == doctest::Approx(flops / (4.0 * static_cast<double>(choice.kept.size()))));
  CHECK(cost.neurons == doctest::Approx((100 + 120 + 80 + 80) / 4.0));
}

TEST_CASE("cost: steps come nearest to the budget") {
  CHECK(steps_for(10.4, 1) == 10);
  CHECK(steps_for(10.6, 1) == 11);
  CHECK(steps_for(0.4, 1) == 0);
  CHECK(steps_for(1e300, 1e-300) == int64_t{1} << 53);
}

TEST_CASE("inputs: the window holds what the sessions have and the rule admits") {
  auto sessions = some_recordings().sessions;
  const auto all = inputs_of({}, sessions);
  REQUIRE(all.ok());
  CHECK(all.value->window.behavior->channels == 5);
  CHECK(all.value->window.behavior->samples == 40);
  CHECK(all.value->window.video->frames == 60);
  CHECK(all.value->behavior == std::vector<std::string>{"eye_tracker", "treadmill"});

  const auto some = inputs_of({.modalities = {"responses", "treadmill"}}, sessions);
  REQUIRE(some.ok());
  CHECK_FALSE(some.value->window.video);
  CHECK(some.value->window.behavior->channels == 1);

  sessions[1].modalities.pop_back();
  sessions[2].video_height = 48;
  const auto differing = inputs_of({}, sessions);
  CHECK_FALSE(differing.ok());
  REQUIRE(differing.diagnostics.size() == 2);
  CHECK(differing.diagnostics[0].expected ==
        "video 1 x 36 x 64, eye_tracker, treadmill (5 channels)");
  CHECK(differing.diagnostics[0].found == "video 1 x 36 x 64, eye_tracker (4 channels)");
}

TEST_CASE("inputs: a strategy that the recordings cannot carry is dropped, and why") {
  auto sessions = some_recordings().sessions;
  for (auto& session : sessions) { session.video_height = session.video_width = 0; }
  const model::ModelSize size{.width = 32, .layers = 2, .heads = 2};
  const auto inputs = inputs_of({}, sessions);
  REQUIRE(inputs.ok());
  const auto choice = choose_strategies({"video_only", "causal_response_25"},
                                        model::shape_of(size, inputs.value->window), sessions);
  REQUIRE(choice.kept.size() == 1);
  CHECK(choice.kept[0].name == "causal_response_25");
  REQUIRE(choice.dropped.size() == 1);
  CHECK(choice.dropped[0].why.starts_with("m1-a: "));
}
