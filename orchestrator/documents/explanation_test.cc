#include "orchestrator/documents/explanation.h"

#include "orchestrator/documents/a_story.h"

using namespace enigma;
using namespace enigma::documents;
using namespace enigma::documents::test;

TEST_CASE("explain: why a run waits, with the controller's own slots") {
  const Story story;
  CHECK_FALSE(explanation(story.store, "nobody", 2, 400));
  const Json document = *explanation(story.store, "cc", 2, 400);
  CHECK(keys_of(document) == "id state why identity");
  CHECK(keys_of(document["identity"]) == "id_version included excluded");
  CHECK(document["why"] == "waiting: it starts with the next turn");
  CHECK(document["identity"]["included"] == Json::array({"/budget/flops", "/seed", "id_version"}));
  CHECK((*explanation(story.store, "cc", std::nullopt, 400))["why"] ==
        "waiting: no controller is running");
  CHECK((*explanation(story.store, "bb", 2, 400))["why"] == "failed: code: exit code 70");
}

TEST_CASE("explain: a run that is done says so once") {
  Story story;
  db::Run run = story.store.run("aa")->run;
  run.why = "done at step 4";
  story.store.save({run}, {});
  CHECK((*explanation(story.store, "aa", 2, 400))["why"] == "done at step 4");
}

TEST_CASE("explain: a full house names the slots that are taken") {
  Story story;
  db::Run other = story.store.run("bb")->run;
  other.state = db::State::running;
  other.attempts.push_back({.token = "t9", .executor = "local", .launched_at = 390});
  story.store.save({other}, {});
  CHECK((*explanation(story.store, "cc", 1, 400))["why"] ==
        "waiting: it needs 1 of 1 slots, 1 are taken, and 0 run(s) are before it");
  CHECK((*explanation(story.store, "bb", 1, 400))["why"] == "launched; no report yet");
}
