// Method: the real controller over the real store, against a world with faults, for 500 seeds.
// One seed by hand: enigma_simulation --seeds 17..17 --log. A million: --seeds 1..1000000.
#include "tests/simulation/simulation.h"

#include <doctest/doctest.h>

using enigma::simulation::Fault;
using enigma::simulation::Outcome;
using enigma::simulation::simulate;

TEST_CASE("simulation: every check holds for 500 seeds, and every way to end is met") {
  std::map<std::string, int64_t> states;
  int64_t attempts = 0;
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    const Outcome outcome = simulate(seed);
    CAPTURE(seed);
    CAPTURE(outcome.options);
    for (const std::string& problem : outcome.problems) { FAIL_CHECK(problem); }
    for (const auto& [state, count] : outcome.states) { states[state] += count; }
    attempts += outcome.attempts;
  }
  CHECK(states["done"] > 500);
  CHECK(states["failed"] > 0);
  CHECK(states["cancelled"] > 0);
  CHECK(2 * attempts > 3 * states["done"]);  // the faults bite: attempts are lost and made again
}

TEST_CASE("simulation: the same seed gives the same log, byte for byte") {
  for (uint64_t seed = 501; seed <= 520; ++seed) {
    const Outcome first = simulate(seed), second = simulate(seed);
    CAPTURE(seed);
    CHECK(first.log == second.log);
    CHECK_FALSE(first.log.empty());
  }
}

TEST_CASE("simulation: the checkers see a controller that drops lines") {
  const auto is_seen = [](Fault fault, const std::string& words) {
    for (uint64_t seed = 1; seed <= 500; ++seed) {
      for (const std::string& problem : simulate(seed, fault).problems) {
        if (problem.find(words) != std::string::npos) { return true; }
      }
    }
    return false;
  };
  CHECK(is_seen(Fault::drops_what_follows_a_bad_line, "of its spool was lost"));
  CHECK(is_seen(Fault::drops_a_last_line_without_newline, "of its spool was lost"));
}
