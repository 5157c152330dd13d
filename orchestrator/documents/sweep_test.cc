#include "orchestrator/documents/sweep.h"

#include "orchestrator/documents/a_story.h"

using namespace enigma::documents;
using namespace enigma::documents::test;

TEST_CASE("sweep: the plan beside what is done and what it has cost") {
  const Story story;
  const Json document = *sweep(story.store, "s");
  CHECK(keys_of(document) == "name points counts spend eta_s submitted_at planned history spec");
  CHECK(document["submitted_at"] == 10.0);
  CHECK(document["counts"]["done"] == 1);
  CHECK(document["planned"]["flops"] == 1.2e10);
  CHECK(document["planned"]["usd"].is_null());
  CHECK(document["spec"] == kSpec);
}

TEST_CASE("sweep: its history sums the attempts that have ended, in their order") {
  const Story story;
  const Json history = (*sweep(story.store, "s"))["history"];
  REQUIRE(history.size() == 3);
  CHECK(history[0]["at"] == 107.0);
  CHECK(history[0]["done"] == 0);
  CHECK(history[1]["done"] == 1);
  CHECK(history[2]["done"] == 1);
  CHECK(history[2]["device_hours"] >= history[1]["device_hours"]);
  CHECK(history[1]["device_hours"].get<double>() == doctest::Approx(12 * 2 / 3600.0));
  CHECK_FALSE(sweep(story.store, "nobody"));
}
