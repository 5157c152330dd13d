#include "sweeps/sessions.h"

#include "sweeps/recordings_fixture.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::sweeps;

namespace {

Spec a_spec(const std::string& sets, const std::string& evaluation = "e") {
  const std::string text = R"({"version": 1, "name": "n", "session_sets": {)" + sets +
                           R"(}, "evaluation": {"sessions": ")" + evaluation +
                           R"(", "strategies": ["video_only"]},
    "defaults": {"model": {"size": "1M"}, "budget": {"flops": 1e15}, "data": {"sessions": "t"}}})";
  auto parsed = parse_spec(text, "s.json");
  REQUIRE(parsed.ok());
  return std::move(*parsed.value);
}

std::vector<size_t> set_t(const std::string& set) {
  const auto sets = resolve_sets(a_spec("\"t\": " + set, "t"), some_recordings());
  REQUIRE(sets.ok());
  return sets.value->at("t");
}

}  // namespace

TEST_CASE("sessions: a set is a list, the first of an order, or a condition") {
  CHECK(set_t(R"({"list": ["m2-a", "m1-a"]})") == std::vector<size_t>{0, 2});
  CHECK(set_t(R"({"first": 2})") == std::vector<size_t>{0, 1});
  CHECK(set_t(R"({"first": 2, "order": "neurons"})") == std::vector<size_t>{0, 2});
  CHECK(set_t(R"({"where": "animal == 'm1' && neurons < 90"})") == std::vector<size_t>{1});
}

TEST_CASE("sessions: a session that does not exist is named with the nearest one") {
  const auto sets = resolve_sets(
      a_spec(R"("t": {"list": ["m1-a", "m1-c9"]}, "e": {"list": ["m1-a"]})"), some_recordings());
  CHECK_FALSE(sets.ok());
  REQUIRE(sets.diagnostics.size() == 1);
  CHECK(sets.diagnostics[0].pointer == "/session_sets/t/list/1");
  CHECK(sets.diagnostics[0].line == 1);
  CHECK(sets.diagnostics[0].suggestion == "did you mean 'm1-a'?");
}

TEST_CASE("sessions: too many, none, and unreadable conditions are told") {
  const auto sets = resolve_sets(a_spec(R"("t": {"first": 4}, "e": {"where": "neurons > 1000"},
                                           "u": {"where": "neuron > 1"})"),
                                 some_recordings());
  REQUIRE(sets.diagnostics.size() == 3);
  CHECK(sets.diagnostics[0].expected == "at most 3");
  CHECK(sets.diagnostics[1].message == "no session matches");
  CHECK(sets.diagnostics[2].suggestion == "did you mean 'neurons'?");
}

TEST_CASE("sessions: a training set must hold every evaluation session") {
  const auto sets =
      resolve_sets(a_spec(R"("t": {"first": 1}, "e": {"first": 2})"), some_recordings());
  CHECK_FALSE(sets.ok());
  REQUIRE(sets.diagnostics.size() == 1);
  CHECK(sets.diagnostics[0].message == "a training set without the evaluation session 'm1-b'");
  CHECK(sets.diagnostics[0].pointer == "/session_sets/t");
}

TEST_CASE("sessions: what is wrong with a session that is used stops the sweep, others do not") {
  auto manifest = some_recordings();
  manifest.sessions[2].problems.push_back({.file = "m2-a/responses", .message = "truncated"});
  const Spec small = a_spec(R"("t": {"first": 2}, "e": {"first": 1})");
  const Spec large = a_spec(R"("t": {"first": 3}, "e": {"first": 1})");
  CHECK(resolve_sets(small, manifest).ok());
  const auto sets = resolve_sets(large, manifest);
  CHECK_FALSE(sets.ok());
  CHECK(sets.diagnostics[0].message == "truncated");
}

TEST_CASE("sessions: windows follow the recordings where the spec is silent") {
  auto manifest = some_recordings();
  Spec spec = a_spec(R"("t": {"first": 2}, "e": {"first": 1})");
  CHECK(rule_of(spec, manifest).samples == 60);
  for (auto& session : manifest.sessions) {
    session.modalities[0].rate_hz = 100;
    session.trial_seconds_median = 0.39;
  }
  const auto rule = rule_of(spec, manifest);
  CHECK(rule.align == recordings::Align::trial);
  CHECK(rule.samples == 39);
  CHECK(rule.rate_hz == 100);
  spec.data.rate_hz = 50;
  CHECK(rule_of(spec, manifest).samples == 20);
  spec.data.align = "free";
  spec.data.window_samples = 60;
  CHECK(rule_of(spec, manifest).samples == 60);
  CHECK(rule_of(spec, manifest).align == recordings::Align::free);
}
