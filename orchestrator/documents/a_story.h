// A small real store for the tests of this room: sweep "s" of runs a (done, its second attempt went
// on from step 1 of the first), b (failed) and c (waiting).
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace enigma::documents::test {

inline constexpr const char* kSpec = R"json({
  "version": 1, "name": "s", "session_sets": {"all": {"first": 2}},
  "evaluation": {"sessions": "all", "strategies": ["video_only"]},
  "defaults": {"model": {"size": "1M"}, "data": {"sessions": "all"}},
  "axes": {"budget.flops": [4e9]}, "ceilings": {"usd_per_device_hour": 3600}
})json";

inline db::NewPoint a_point(const std::string& id) {
  db::NewPoint point;
  point.id = id;
  point.point = R"({"budget":{"flops":4e9},"seed":7})";
  point.point_file = point.placement = "{}";
  point.name = "point " + id;
  point.values = R"({"budget.flops":4e9,"model.size":{"width":16,"layers":1,"heads":2}})";
  point.plan = R"({"family":"brain","size":{"width":16,"layers":1,"heads":2},"seed":7,
    "params":{"shared":1000,"session":50},"budget_flops":4e9,"flops":4e9,"neuron_seconds":400,
    "data":{"subset":"all","sessions":["x","y"],"windows_unique":8,"neuron_seconds":100}})";
  point.target_step = 4;
  return point;
}

class Story {
 public:
  db::Store store = db::Store::open(":memory:");

  Story() {
    store.submit_sweep("s", kSpec, {a_point("aa"), a_point("bb"), a_point("cc")}, 10);
    tell_a();
    tell_b();
  }

 private:
  void begin(const std::string& id, const std::string& token, double at, int64_t resumed_from) {
    run_ = store.run(id)->run;
    db::Attempt attempt;
    attempt.token = token;
    attempt.executor = "local";
    attempt.number = static_cast<int64_t>(run_.attempts.size()) + 1;
    attempt.submitted_at = at - 1;
    attempt.launched_at = attempt.started_at = attempt.progress.said_at = at;
    attempt.identity = protocol::Identity{77, 0, 0, 5};
    attempt.world = 2;
    attempt.revision = "v1";
    attempt.devices = {"CPU (peak measured: 9.0 GFLOP/s float32, 1 thread)"};
    run_.attempts.push_back(attempt);
    run_.state = db::State::running;
    store.save({run_}, {});
    // Said by the first reports, and therefore written with them.
    run_.attempts.back().first_step = resumed_from + 1;
    if (resumed_from > 0) { run_.attempts.back().resumed_from_step = resumed_from; }
    reports_.clear();
  }

  void say(double at, protocol::Body body) {
    const auto seq = static_cast<int64_t>(reports_.size()) + 1;
    reports_.push_back({run_.id, *run_.attempts.back().identity, seq, at, std::move(body)});
    run_.attempts.back().progress.said_at = run_.attempts.back().progress.reported_at = at;
  }

  void step(double at, int64_t step, double loss) {
    run_.attempts.back().progress.step = step;
    say(at, protocol::Metrics{step,
                              8 * step,
                              1e9 * static_cast<double>(step),
                              {{"train_loss", loss},
                               {"step_s", 2.0},
                               {"data_wait_s", 0.5},
                               {"mfu_step", 0.25},
                               {"grad_norm", std::nullopt}}});
  }

  void end(db::State state, std::optional<protocol::FailureClass> failure_class, double at) {
    const db::Run before = run_;
    run_.attempts.back().seq = static_cast<int64_t>(reports_.size());
    REQUIRE(store.commit({run_, run_.attempts.back().token, 0, reports_, {}}));
    db::Attempt& attempt = run_.attempts.back();
    attempt.ended_at = at;
    attempt.gone = true;
    attempt.ending = db::Ending{failure_class, "exit_file", "exit code 70", 70, at};
    run_.state = state;
    run_.why = failure_class ? "code: exit code 70" : "";
    store.save({run_}, {{0, at, run_.id, "ended", "attempt ended"}});
  }

  void tell_a() {
    begin("aa", "t1", 100, 0);
    for (int64_t i = 1; i <= 3; ++i) {
      step(100 + 2.0 * static_cast<double>(i), i, 10.0 - double(i));
    }
    say(106, protocol::Eval{3, "causal", "test", 9, 10, 0.1, 0.01, 9});
    say(106, protocol::Checkpoint{1, "checkpoints/1", 64, "ab"});
    end(db::State::waiting, protocol::FailureClass::preempted, 107);
    begin("aa", "t2", 200, 1);
    say(200, protocol::Skipped{2, 2, "spike"});
    for (int64_t i = 2; i <= 4; ++i) {
      step(198 + 2.0 * static_cast<double>(i), i, 20.0 - double(i));
    }
    say(206, protocol::Eval{4, "causal", "test", 3, 6, 0.2, 0.01, 9});
    say(206, protocol::Eval{4, "masked", "test", 4, 7, std::nullopt, std::nullopt, 9});
    end(db::State::done, std::nullopt, 207);
  }
  void tell_b() {
    begin("bb", "t3", 300, 0);
    end(db::State::failed, protocol::FailureClass::code, 301);
  }

  db::Run run_;
  std::vector<protocol::Report> reports_;
};

/// The keys of the object, in order, joined by spaces.
inline std::string keys_of(const Json& object) {
  std::string keys;
  for (const auto& [key, value] : object.items()) { keys += (keys.empty() ? "" : " ") + key; }
  return keys;
}

}  // namespace enigma::documents::test
