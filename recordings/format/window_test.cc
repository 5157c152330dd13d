// Windows of the five real sessions against the published reader's chunk starts, and the rules of
// validity on a recording small enough to count by hand.
#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/format/session.h"
#include "recordings/shared_recordings.h"
#include "recordings/small_recording.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace enigma::recordings {
namespace {

const char* const kSessions[] = {"cori-2016-12-14", "cori-2016-12-17", "cori-2016-12-18",
                                 "forssmann-2017-11-01", "forssmann-2017-11-02"};

Session opened(const std::filesystem::path& folder) {
  Parsed<Session> session = Session::open(folder);
  REQUIRE(session.ok());
  return std::move(*session.value);
}

WindowRule trial_rule() {
  return {39, 100, Align::trial, {}};
}

}  // namespace

TEST_CASE("windows: free starts of real sessions are those of the published reader") {
  const auto shared = shared_recordings("windows: free starts of real sessions");
  if (shared.empty()) { return; }
  const auto cases = shared / "experanto-cases" / "steinmetz";
  for (const char* name : kSessions) {
    const Session session = opened(shared / "steinmetz" / name);
    // The published reader with no inset at the ends, on the same grid.
    const auto golden =
        open_npy(cases / (std::string(name) + ".zscore-threshold-0.starts.npy")).value;
    REQUIRE(golden);
    const auto starts = session.window_starts_s("train", {39, 100, Align::free, {}});
    CAPTURE(name);
    REQUIRE(static_cast<int64_t>(starts.size()) == golden->elements);
    for (size_t i = 0; i < starts.size(); ++i) {
      REQUIRE(starts[i] == doctest::Approx(number_at(golden->data, golden->type, i)).epsilon(1e-9));
    }
  }
}

TEST_CASE("windows: a real session gives one window a trial, read from the trial's own bins") {
  const auto shared = shared_recordings("windows: one window a trial");
  if (shared.empty()) { return; }
  const Session session = opened(shared / "steinmetz" / "cori-2016-12-14");
  const auto n = static_cast<size_t>(session.neurons());
  const Parsed<NpyArray> stored =
      open_npy(shared / "steinmetz" / "cori-2016-12-14" / "responses" / "data.npy");
  std::vector<float> window(39 * n), bins(39 * n);
  for (const char* tier : {"train", "validation", "test"}) {
    const auto starts = session.window_starts_s(tier, trial_rule());
    CHECK(starts == session.disjoint_window_starts_s(tier, trial_rule()));
    for (double start_s : starts) {
      const auto trial = static_cast<size_t>(std::llround((start_s + 0.005) / 0.39));
      session.read_responses(start_s, trial_rule(), window);
      to_float(stored.value->data + trial * 39 * n * 2, NumberType::f16, bins);
      REQUIRE(window == bins);
    }
  }
}

TEST_CASE("windows: only the last trial differs from the published reader, which insets 0.5 s") {
  const auto shared = shared_recordings("windows: last trial");
  if (shared.empty()) { return; }
  const nlohmann::json golden =
      read_json(shared / "experanto-cases" / "steinmetz" / "golden.json").value.value();
  int last_trials = 0;
  for (const auto& dataset : golden.at("datasets")) {
    const std::string id = dataset.at("id").get<std::string>();
    const std::string tier = id.substr(id.find('.') + 1);
    if (tier != "validation" && tier != "test") { continue; }
    const Session session = opened(shared / "steinmetz" / dataset.at("session").get<std::string>());
    auto ours = session.window_starts_s(tier, trial_rule());
    const auto theirs = dataset.at("expect").at("starts").get<std::vector<double>>();
    if (ours.size() == theirs.size() + 1) {
      ++last_trials;
      CHECK(ours.back() + 0.39 > dataset.at("expect").at("end_time").get<double>());
      ours.pop_back();
    }
    CAPTURE(id);
    REQUIRE(ours.size() == theirs.size());
    for (size_t i = 0; i < ours.size(); ++i) { CHECK(std::abs(ours[i] - theirs[i]) < 0.0051); }
  }
  CHECK(last_trials == 3);
}

TEST_CASE("windows: every sample lies in the tier, in valid trials, and off NaN") {
  SmallRecording recording;
  recording.trials = {
      {"train", true}, {"train", true}, {"test", true}, {"train", false}, {"train", true}};
  const WindowRule rule{10, 10, Align::free, {}};
  SUBCASE("tiers and valid_trial cut the grid") {
    const Session session = opened(recording.write());
    // Trials last 2 s = 20 samples: 0–39 train, 40–59 test, 60–79 not valid, 80–99 train.
    CHECK(session.window_starts_s("train", rule).size() == 31 + 11);
    CHECK(session.disjoint_window_starts_s("train", rule) == std::vector<double>{0, 1, 2, 3, 8, 9});
    CHECK(session.window_starts_s("test", rule).size() == 11);
    CHECK(session.window_starts_s("validation", rule).empty());
    CHECK(session.window_starts_s("train", {20, 10, Align::trial, {}}) ==
          std::vector<double>{0, 2, 8});
    CHECK(session.window_starts_s("train", {21, 10, Align::trial, {}}).empty());
  }
  SUBCASE("a NaN row takes the windows over it") {
    recording.responses[25 * 2 + 1] = std::numeric_limits<float>::quiet_NaN();
    const Session session = opened(recording.write());
    CHECK(session.disjoint_window_starts_s("train", rule) == std::vector<double>{0, 1, 2.6, 8, 9});
    CHECK(session.window_starts_s("train", {20, 10, Align::trial, {}}) ==
          std::vector<double>{0, 8});
  }
  SUBCASE("clocks in seconds since the epoch lose no sample") {
    recording.start_s = 1600000012.345678;
    const Session session = opened(recording.write());
    const auto starts = session.window_starts_s("train", rule);
    REQUIRE(starts.size() == 31 + 11);
    std::vector<float> window(20);
    for (size_t i = 0; i < 31; ++i) {
      session.read_responses(starts[i], rule, window);
      for (size_t k = 0; k < 10; ++k) { REQUIRE(window[2 * k] == static_cast<float>(i + k)); }
    }
  }
}

TEST_CASE("session: moments are those of the target samples of disjoint windows") {
  SmallRecording recording;
  recording.trials = {{"train", true}, {"test", true}};
  const Session session = opened(recording.write());
  // Windows at 0 and 1 s; samples 5–9 of each: rows 5–9 and 15–19.
  const auto moments = session.response_moments("train", {10, 10, Align::free, {}}, 5, 10);
  CHECK(moments.count == 10);
  CHECK(moments.mean[0] == doctest::Approx(12));
  CHECK(moments.deviation[0] == doctest::Approx(std::sqrt(27.0)));
  CHECK(moments.mean[1] == doctest::Approx(-12));
}

}  // namespace enigma::recordings
