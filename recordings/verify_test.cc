// What verify finds beyond inspect: contradictions, clocks, NaN runs, tiers, digests.
#include "recordings/verify.h"

#include "recordings/manifest.h"
#include "recordings/shared_recordings.h"
#include "recordings/small_recording.h"

#include <doctest/doctest.h>

#include <limits>

namespace enigma::recordings {
namespace {

std::string meta_of(int rows, int signals, double end_s) {
  return fmt::format(
      "modality: sequence\nstart_time: 0\nend_time: {}\nsampling_rate: 10.0\nn_signals: {}\n"
      "n_timestamps: {}\n",
      end_s, signals, rows);
}

Diagnostic only_problem(const std::filesystem::path& folder) {
  const Verified verified = verify(folder, {});
  REQUIRE(verified.diagnostics.size() == 1);
  return verified.diagnostics[0];
}

void write_treadmill(const std::filesystem::path& session, std::vector<float> values) {
  const auto folder = session / "treadmill";
  std::filesystem::create_directories(folder);
  const auto rows = static_cast<int64_t>(values.size());
  write_atomically(folder / "data.npy", npy_bytes(NumberType::f32, {rows, 1}, values.data()));
  write_atomically(folder / "meta.yml", meta_of(static_cast<int>(rows), 1, rows / 10.0));
}

void write_labels(const std::filesystem::path& session, std::vector<double> test) {
  const auto folder = session / "tiers";
  std::filesystem::create_directories(folder);
  const std::vector<double> train = {0, 2, 4, 6};
  write_atomically(folder / "a.npy", npy_bytes(NumberType::f64, {2, 2}, train.data()));
  write_atomically(folder / "b.npy",
                   npy_bytes(NumberType::f64, {int64_t(test.size() / 2), 2}, test.data()));
  write_atomically(folder / "meta.yml",
                   "modality: time_interval\nstart_time: 0\nend_time: 20\n"
                   "labels: {train: a.npy, test: b.npy}\n");
}

}  // namespace

TEST_CASE("verify: a small recording is clean") {
  SmallRecording recording;
  const Verified verified = verify(recording.write(), {});
  CHECK(verified.sessions == 1);
  CHECK(verified.diagnostics.empty());
}

TEST_CASE("verify: lengths that contradict each other are told") {
  SmallRecording recording;
  const auto folder = recording.write();
  SUBCASE("rows") {
    write_atomically(folder / "responses" / "meta.yml", meta_of(199, 2, 20));
    CHECK(only_problem(folder).pointer == "/n_timestamps");
  }
  SUBCASE("signals") {
    write_atomically(folder / "responses" / "meta.yml", meta_of(200, 3, 20));
    CHECK(only_problem(folder).pointer == "/n_signals");
  }
  SUBCASE("clock") {
    write_atomically(folder / "responses" / "meta.yml", meta_of(200, 2, 25));
    CHECK(only_problem(folder).pointer == "/end_time");
  }
  SUBCASE("flips") {
    std::vector<double> flips_s;
    for (int i = 0; i < 25; ++i) { flips_s.push_back(i / 10.0); }
    write_atomically(folder / "screen" / "timestamps.npy",
                     npy_bytes(NumberType::f64, {25}, flips_s.data()));
    CHECK(only_problem(folder).message == "more flips than frames");
  }
}

TEST_CASE("verify: a clock that runs backwards and NaN runs are told with their place") {
  SmallRecording recording;
  const auto folder = recording.write();
  std::vector<float> speed(200, 1.0f);
  SUBCASE("clock") {
    std::vector<double> times_s(200);
    for (size_t i = 0; i < 200; ++i) { times_s[i] = static_cast<double>(i) / 10; }
    times_s[70] = 0;
    write_atomically(folder / "responses" / "timestamps.npy",
                     npy_bytes(NumberType::f64, {200}, times_s.data()));
    const Diagnostic d = only_problem(folder);
    CHECK(d.message == "clock runs backwards");
    CHECK(d.pointer == "/70");
  }
  SUBCASE("runs") {
    for (size_t i : {20, 50, 51, 52}) { speed[i] = std::numeric_limits<float>::quiet_NaN(); }
    write_treadmill(folder, speed);
    const Diagnostic d = only_problem(folder);
    CHECK(d.pointer == "row 50");
    CHECK(d.message == "2 runs of NaN, the longest of 3 rows here");
  }
}

TEST_CASE("verify: tiers must not overlap; other labels may") {
  SmallRecording recording;
  const auto folder = recording.write();
  write_labels(folder, {2, 4, 6, 7});
  CHECK(verify(folder, {}).diagnostics.empty());
  write_labels(folder, {2, 4.5});
  CHECK(only_problem(folder).message == "tiers overlap");
  write_labels(folder, {10, 9});
  CHECK(only_problem(folder).severity == Severity::warning);
}

TEST_CASE("verify: what changed since its digest was recorded is told") {
  SmallRecording recording;
  const auto folder = recording.write();
  TemporaryFolder elsewhere;
  const auto cache = elsewhere.path() / "digests.json";
  InspectOptions recording_digests;
  recording_digests.cache = cache;
  inspect(folder, recording_digests);
  CHECK(verify(folder, {cache, nullptr}).diagnostics.empty());
  const auto data = folder / "responses" / "data.npy";
  const auto time = std::filesystem::last_write_time(data);
  recording.responses[0] = 77;
  write_atomically(data, npy_bytes(NumberType::f32, {200, 2}, recording.responses.data()));
  std::filesystem::last_write_time(data, time);  // same size, same time: only the bytes tell
  const Verified verified = verify(folder, {cache, nullptr});
  REQUIRE(verified.diagnostics.size() == 1);
  CHECK(verified.diagnostics[0].file == data.string());
  CHECK(verified.diagnostics[0].pointer == "digest");
}

TEST_CASE("verify: data without a meta.yml, or with one that leads nowhere, are told") {
  SmallRecording recording;
  const auto folder = recording.write();
  write_treadmill(folder, std::vector<float>(200));
  CHECK(verify(folder, {}).diagnostics.empty());
  std::filesystem::remove(folder / "treadmill" / "meta.yml");
  CHECK(only_problem(folder).file == (folder / "treadmill" / "meta.yml").string());
  std::filesystem::create_symlink("meta.yml", folder / "treadmill" / "meta.yml");
  CHECK(only_problem(folder).file == (folder / "treadmill" / "meta.yml").string());
}

TEST_CASE("verify: the five real sessions are clean") {
  const auto shared = shared_recordings("verify: five real sessions");
  if (shared.empty()) { return; }
  const Verified verified = verify(shared / "steinmetz", {});
  CHECK(verified.sessions == 5);
  CHECK(verified.diagnostics.empty());
}

}  // namespace enigma::recordings
