#include "orchestrator/notices/notice.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace enigma;
using namespace enigma::notices;
using nlohmann::json;

namespace {

db::NewPoint a_point(const std::string& id) {
  db::NewPoint point;
  point.id = id;
  point.point = point.point_file = point.values = point.plan = point.placement = "{}";
  point.target_step = 10;
  return point;
}

void move_to(db::Store& store, const std::string& id, db::State state, const std::string& why) {
  db::Run run = store.run(id)->run;
  run.state = state;
  store.save({run}, {{0, 50, id, std::string(db::name_of(state)), why}});
}

}  // namespace

TEST_CASE("notices: a run that failed for good, and a sweep that has ended, once each") {
  db::Store store = db::Store::open(":memory:");
  store.submit_sweep("s", "{}", {a_point("a"), a_point("b")}, 1);
  Next next = next_notices(store, {}, 60);
  CHECK(next.notices.empty());
  CHECK(next.told.event == store.last_event_id());

  move_to(store, "a", db::State::failed, "code: exit code 70");
  next = next_notices(store, next.told, 61);
  REQUIRE(next.notices.size() == 1);
  const json failed = json::parse(next.notices[0]);
  CHECK(failed["kind"] == "run_failed");
  CHECK(failed["run"] == "a");
  CHECK(failed["sweeps"] == json{"s"});
  CHECK(failed["text"] == "run a failed for good: code: exit code 70");

  move_to(store, "b", db::State::done, "step 10");
  next = next_notices(store, next.told, 62);
  REQUIRE(next.notices.size() == 1);
  const json ended = json::parse(next.notices[0]);
  CHECK(ended["kind"] == "sweep_ended");
  CHECK(ended["text"] == "sweep s has ended: 1 done, 1 failed");
  CHECK(ended["counts"]["done"] == 1);
  CHECK(next_notices(store, next.told, 63).notices.empty());
}

TEST_CASE("notices: a ceiling is near once, and again when it was raised and is near again") {
  db::Store store = db::Store::open(":memory:");
  store.submit_sweep("s", "{}", {a_point("a")}, 1, db::Ceiling{"s", 1, false, "1 device-hour"});
  db::Run run = store.run("a")->run;
  run.state = db::State::running;
  run.attempts.emplace_back();
  run.attempts.back().token = "t";
  run.attempts.back().started_at = 0;
  run.attempts.back().progress.said_at = 0.8 * 3600;
  store.save({run}, {});
  Next next = next_notices(store, {}, 60);
  CHECK(next.notices.empty());
  run.attempts.back().progress.said_at = 0.95 * 3600;
  store.save({run}, {});
  next = next_notices(store, next.told, 61);
  REQUIRE(next.notices.size() == 1);
  CHECK(json::parse(next.notices[0])["kind"] == "ceiling_near");
  CHECK(json::parse(next.notices[0])["used_device_hours"] == doctest::Approx(0.95));
  CHECK(next_notices(store, next.told, 62).notices.empty());
  store.submit_sweep("s", "{}", {a_point("a")}, 2, db::Ceiling{"s", 2, false, "2 device-hours"});
  next = next_notices(store, next.told, 63);
  CHECK(next.told.near_ceiling.empty());
  run.attempts.back().progress.said_at = 1.9 * 3600;
  store.save({run}, {});
  CHECK(next_notices(store, next.told, 64).notices.size() == 1);
}

TEST_CASE("notices: what was told is read back, and nothing else is taken for it") {
  const Told told{7, {"a", "b\""}};
  CHECK(told_from(to_text(told)) == told);
  CHECK_THROWS(told_from("{"));
  CHECK_THROWS(told_from("[]"));
}
