#include "orchestrator/controller/ledger.h"

#include "orchestrator/decide/a_run.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::decide::test;

namespace {

db::Run used(const std::string& id, double hours, int64_t world = 1) {
  db::Run run = a_run(id).submitted(id, 0).run;
  run.attempts.back().started_at = 100;
  run.attempts.back().progress.said_at = 100 + hours * 3600;
  run.attempts.back().world = world;
  return run;
}

}  // namespace

TEST_CASE("ledger: a run's use is counted once, however often it is written") {
  Ledger ledger({{"s", 10, false, "ten"}, {"t", 10, false, "ten"}},
                {{"s", "a", 4.0, 0}, {"t", "a", 4.0, 0}, {"t", "b", {}, 1}});
  ledger.put(used("a", 1));
  ledger.put(used("a", 3, 2));
  ledger.put(used("a", 3, 2));
  ledger.put(used("stranger", 5));
  const auto accounts = ledger.accounts({a_run("a").run});
  REQUIRE(accounts.size() == 2);
  CHECK(accounts[0].used_device_hours == doctest::Approx(6));
  CHECK(accounts[1].used_device_hours == doctest::Approx(7));
  CHECK(accounts[1].expected_device_hours.size() == 1);
}

TEST_CASE("ledger: knows whom a ceiling holds") {
  Ledger ledger({{"s", 3, false, "three"}}, {{"s", "a", 4.0, 0}, {"s", "b", 2.0, 0}});
  CHECK(ledger.holds(a_run("a").run));
  CHECK_FALSE(ledger.holds(a_run("b").run));
  CHECK_FALSE(ledger.holds(a_run("c").run));
  CHECK_FALSE(Ledger().holds(a_run("a").run));
}
