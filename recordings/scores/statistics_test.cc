// Statistics of a recording that can be counted by hand.
#include "recordings/scores/statistics.h"

#include "recordings/small_recording.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace enigma::recordings::scores {

TEST_CASE("stats: rows are counted once for all, once for their tier; NaN is left out") {
  SmallRecording recording;
  recording.trials = {{"train", true}, {"test", true}, {"train", false}};
  recording.responses[2 * 3] = std::numeric_limits<float>::quiet_NaN();
  const auto sessions = statistics(recording.write(), nullptr);
  REQUIRE(sessions.size() == 1);
  REQUIRE(sessions[0].modalities.size() == 2);
  const ModalityStatistics& responses = sessions[0].modalities[0];
  CHECK(responses.name == "responses");
  CHECK(responses.all.rows == 200);
  CHECK(responses.all.count[0] == 199);
  CHECK(responses.all.count[1] == 200);
  CHECK(responses.all.mean[1] == doctest::Approx(-99.5));
  CHECK(responses.all.std[1] == doctest::Approx(std::sqrt((200.0 * 200 - 1) / 12)));
  REQUIRE(responses.tiers.size() == 2);
  CHECK(responses.tiers.at("train").rows == 20);
  CHECK(responses.tiers.at("train").mean[1] == doctest::Approx(-9.5));
  CHECK(responses.tiers.at("test").mean[0] == doctest::Approx(29.5));
  CHECK(responses.tiers.at("test").highest[0] == 39);
  const ModalityStatistics& screen = sessions[0].modalities[1];
  CHECK(screen.kind == ModalityKind::screen);
  CHECK(screen.tiers.at("train").mean[0] == 0);
  CHECK(screen.tiers.at("test").mean[0] == 1);
  CHECK(to_json(sessions)["sessions"][0]["modalities"][0]["tiers"]["test"]["rows"] == 20);
}

TEST_CASE("stats: numbers that float32 does not hold count as they are") {
  SmallRecording recording;
  const auto& folder = recording.write();
  std::vector<double> rows;
  for (int row = 0; row < 200; ++row) { rows.insert(rows.end(), {1.7e9 + row / 100.0, 1e300}); }
  write_atomically(folder / "responses" / "data.npy",
                   npy_bytes(NumberType::f64, {200, 2}, rows.data()));
  const auto sessions = statistics(folder, nullptr);
  const SignalStatistics& all = sessions.at(0).modalities.at(0).all;
  CHECK(all.mean[0] == doctest::Approx(1.7e9 + 0.995).epsilon(1e-13));
  CHECK(all.highest[0] == 1.7e9 + 1.99);
  CHECK(all.highest[1] == 1e300);
}

TEST_CASE("stats: a folder without sessions is refused") {
  TemporaryFolder folder;
  CHECK_THROWS_AS(statistics(folder.path(), nullptr), InputError);
}

}  // namespace enigma::recordings::scores
