#include "recordings/format/timebase.h"

#include "recordings/format/sequence.h"

#include <doctest/doctest.h>

#include <cmath>

namespace enigma::recordings {
namespace {

// The row that the reader finds at a sample's own time.
int64_t read_at(const Timebase& base, double t_s) {
  Sequence sequence;
  sequence.start_s = base.start_s;
  sequence.rate_hz = base.rate_hz;
  sequence.rows = base.rows;
  return row_at(sequence, t_s);
}

void check_found(const std::vector<double>& times_s, bool regular) {
  const Timebase base = timebase_of(times_s);
  CHECK(base.regular == regular);
  int64_t lost = 0;
  const std::vector<int64_t> samples = samples_on(base, times_s, lost);
  CHECK(lost == 0);
  for (size_t i = 0; i < times_s.size(); ++i) {
    CHECK(samples[size_t(read_at(base, times_s[i]))] == int64_t(i));
  }
}

}  // namespace

TEST_CASE("timebase: jitter within half a sample leaves rows as they are, on any clock") {
  for (const double start_s : {0.0, 1.7e9}) {
    std::vector<double> times_s;
    for (int i = 0; i < 500; ++i) {
      times_s.push_back(start_s + i / 20.0 + 0.01 * std::sin(i * 7.0));
    }
    check_found(times_s, true);
    CHECK(timebase_of(times_s).rows == 500);
    CHECK(timebase_of(times_s).rate_hz == doctest::Approx(20).epsilon(1e-3));
  }
}

TEST_CASE("timebase: of drifting samples each is read at its own time") {
  std::vector<double> times_s = {0.3};
  for (int i = 1; i < 2000; ++i) {
    times_s.push_back(times_s.back() + 0.01 + 0.003 * std::sin(i * 0.01) + 0.001 * std::sin(i));
  }
  check_found(times_s, false);
}

TEST_CASE("timebase: a sample is held for four intervals, not through a gap") {
  std::vector<double> times_s;
  for (int i = 0; i < 100; ++i) { times_s.push_back(i * 0.1); }
  for (int i = 0; i < 100; ++i) { times_s.push_back(100 + i * 0.1); }
  const Timebase base = timebase_of(times_s);
  int64_t lost = 0;
  const auto samples = samples_on(base, times_s, lost);
  CHECK(samples[size_t(read_at(base, 10.2))] == 99);
  CHECK(samples[size_t(read_at(base, 50))] == -1);
  CHECK(samples[size_t(read_at(base, 100))] == 100);
}

TEST_CASE("timebase: times that do not rise are told by their place") {
  const std::vector<double> back = {0, 1, 0.5}, nan = {0, NAN};
  REQUIRE(wrong_times("f", "/timestamps", back));
  CHECK(wrong_times("f", "/timestamps", back)->pointer == "/timestamps[2]");
  CHECK(wrong_times("f", "/timestamps", nan)->pointer == "/timestamps[1]");
  CHECK_FALSE(wrong_times("f", "/timestamps", std::vector<double>{0, 1, 2}));
}

}  // namespace enigma::recordings
