#include "orchestrator/documents/spend.h"

#include "orchestrator/documents/a_story.h"

using namespace enigma;
using namespace enigma::documents;
using namespace enigma::documents::test;

TEST_CASE("spend: by sweep, size and class, with what was taken back") {
  const Story story;
  const Json document = spend(story.store, std::nullopt);
  CHECK(keys_of(document) == "rows total ceilings");
  CHECK(document["ceilings"].empty());
  REQUIRE(document["rows"].size() == 3);
  const Json& done = document["rows"][0];
  CHECK(keys_of(done) == "sweep size class device_hours usd wasted_device_hours");
  CHECK(done["sweep"] == "s");
  CHECK(done["size"] == "16x1x2");
  CHECK(done["class"].is_null());
  // 6 s on two devices, at a dollar a device-second.
  CHECK(done["device_hours"].get<double>() == doctest::Approx(12.0 / 3600));
  CHECK(done["usd"].get<double>() == doctest::Approx(12));
  CHECK(done["wasted_device_hours"] == 0);
  const Json& failed = document["rows"][1];
  CHECK(failed["class"] == "code");
  CHECK(failed["device_hours"] == 0);
  const Json& preempted = document["rows"][2];
  CHECK(preempted["class"] == "preempted");
  // Two of its three steps of 2 s were taken back.
  CHECK(preempted["wasted_device_hours"].get<double>() == doctest::Approx(8.0 / 3600));
  CHECK(document["total"]["device_hours"].get<double>() == doctest::Approx(24.0 / 3600));
}

TEST_CASE("spend: of one sweep, and dollars are unknown where no rate is stated") {
  Story story;
  story.store.submit_sweep("other", R"({"version": 1, "name": "other"})", {a_point("aa")}, 20);
  const Json other = spend(story.store, "other");
  REQUIRE(other["rows"].size() == 2);
  CHECK(other["rows"][0]["usd"].is_null());
  CHECK(other["rows"][0]["device_hours"] == spend(story.store, "s")["rows"][0]["device_hours"]);
  CHECK(other["total"]["usd"].is_number());
}

TEST_CASE("spend: a ceiling, what is used of it and what runs at work will still take") {
  Story story;
  db::NewPoint point = a_point("dd");
  point.plan = R"({"device_hours": 2})";
  story.store.submit_sweep("t", "{}", {point}, 20, db::Ceiling{"t", 8, true, "8 device-hours"});
  db::Run run = story.store.run("dd")->run;
  run.state = db::State::running;
  run.attempts.emplace_back();
  run.attempts.back().token = "t4";
  story.store.save({run}, {});
  const Json ceilings = spend(story.store, "t")["ceilings"];
  REQUIRE(ceilings.size() == 1);
  CHECK(keys_of(ceilings[0]) ==
        "sweep device_hours used_device_hours reserved_device_hours on_reach text");
  CHECK(ceilings[0]["reserved_device_hours"] == 2);
  CHECK(ceilings[0]["used_device_hours"] == 0);
  CHECK(ceilings[0]["on_reach"] == "checkpoint_and_stop");
  CHECK(spend(story.store, "s")["ceilings"].empty());
}
