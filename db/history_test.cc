// Method: two attempts, the second resumed from a checkpoint inside the first one's steps.
#include "db/store.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::db;

namespace {

struct Story {
  Store store = Store::open(":memory:");
  Run run;
  int64_t seq = 0;
  std::vector<protocol::Report> said;

  Story() {
    NewPoint point;
    point.id = "a";
    point.point = point.point_file = point.placement = point.values = point.plan = "{}";
    point.target_step = 4;
    store.submit_sweep("s", "{}", {point}, 0);
    run = store.load().at(0);
  }

  void attempt(const std::string& token, double started_at) {
    Attempt attempt;
    attempt.token = token;
    attempt.executor = "simulated";
    attempt.started_at = started_at;
    attempt.progress.said_at = started_at;
    attempt.world = 2;
    run.attempts.push_back(attempt);
    run.state = State::running;
    store.save({run}, {});
    seq = 0;
  }
  void say(double at, protocol::Body body) {
    said.push_back({"a", {}, ++seq, at, std::move(body)});
    run.attempts.back().progress.said_at = at;
  }
  void step(double at, int64_t step, double loss) {
    say(at, protocol::Metrics{
                step,
                8 * step,
                1e9 * static_cast<double>(step),
                {{"train_loss", loss}, {"step_s", 2.0}, {"data_wait_s", 0.5}, {"mfu_step", 0.25}}});
  }
  void commit() {
    const int64_t before = run.attempts.back().seq;
    run.attempts.back().seq = seq;
    REQUIRE(store.commit({run, run.attempts.back().token, before, said, {}}));
    said.clear();
  }
};

std::vector<int64_t> steps_of(const std::vector<MetricsRow>& rows) {
  std::vector<int64_t> steps;
  for (const MetricsRow& row : rows) { steps.push_back(row.step); }
  return steps;
}

Story rolled_back() {
  Story story;
  story.attempt("t1", 100);
  story.run.attempts.back().first_step = 1;
  for (int64_t step = 1; step <= 3; ++step) {
    story.step(100 + 2.0 * static_cast<double>(step), step, 10.0 - static_cast<double>(step));
  }
  story.say(106, protocol::Eval{3, "causal", "test", 5, 6, 0.1, 0.01, 9});
  story.commit();
  story.attempt("t2", 200);
  story.run.attempts.back().first_step = 2;
  story.run.attempts.back().resumed_from_step = 1;
  for (int64_t step = 2; step <= 4; ++step) {
    story.step(200 + 2.0 * static_cast<double>(step - 1), step, 20.0 - static_cast<double>(step));
  }
  story.say(206, protocol::Eval{4, "causal", "test", 3, 6, 0.2, 0.01, 9});
  story.say(206, protocol::Eval{4, "masked", "test", 4, 7, 0.4, 0.01, 9});
  story.say(206, protocol::Eval{4, "causal", "train", 1, 7, 0.4, 0.01, 9});
  story.commit();
  return story;
}

}  // namespace

TEST_CASE("history: rows that a later attempt took back are not in it") {
  const Story story = rolled_back();
  CHECK(steps_of(story.store.metrics("a")) == std::vector<int64_t>{1, 2, 3, 4});
  CHECK(steps_of(story.store.metrics("a", true)) == std::vector<int64_t>{1, 2, 3, 2, 3, 4});
  CHECK(story.store.metrics("a")[1].attempt == 2);
  CHECK(story.store.metrics("a")[1].values.at("train_loss") == 18.0);
  CHECK(story.store.evals("a").size() == 3);
  CHECK(story.store.evals("a", true).size() == 4);
}

TEST_CASE("history: what an attempt went back behind is not in it, and its time is wasted") {
  Story story;
  story.attempt("t1", 100);
  for (int64_t i = 1; i <= 3; ++i) { story.step(100 + 2.0 * double(i), i, 1.0); }
  story.say(106, protocol::Eval{3, "x", "test", 1, 2, {}, {}, 3});
  story.say(106, protocol::Skipped{2, 4, "training loss is nan"});
  story.commit();
  CHECK(steps_of(story.store.metrics("a", false)) == std::vector<int64_t>{1});
  CHECK(steps_of(story.store.metrics("a", true)) == std::vector<int64_t>{1, 2, 3});
  CHECK(story.store.evals("a", false).empty());
  CHECK(story.store.summary("a").step == 1);
  CHECK(story.store.summary("a").step_s == 2);
  CHECK(story.store.summary("a").wasted_device_s == 2 * 4.0);
  for (int64_t i = 2; i <= 4; ++i) { story.step(110 + 2.0 * double(i), i, 0.5); }
  story.commit();
  CHECK(steps_of(story.store.metrics("a", false)) == std::vector<int64_t>{1, 2, 3, 4});
  CHECK(story.store.summary("a").step_s == 8);
}

TEST_CASE("history: wall time counts every attempt") {
  const Story story = rolled_back();
  CHECK(story.store.metrics("a").back().wall_s == doctest::Approx(6 + 6));
  CHECK(story.store.summary("a").wall_s == doctest::Approx(12));
  CHECK(story.store.summary("a").device_s == doctest::Approx(24));
}

TEST_CASE("history: the summary sums the current history and takes its last values") {
  const Summary summary = rolled_back().store.summary("a");
  CHECK(summary.step == 4);
  CHECK(summary.train_loss == 16.0);
  CHECK(summary.mfu_step == 0.25);
  CHECK(summary.step_s == doctest::Approx(8));
  CHECK(summary.data_wait_s == doctest::Approx(2));
  CHECK(summary.mfu_time_s == doctest::Approx(2));
  CHECK(summary.wasted_device_s == doctest::Approx(2 * 2 * 2));
  CHECK(summary.evaluated_step == 4);
  CHECK(summary.test_loss == doctest::Approx(3.5));
  CHECK(summary.baseline_loss == doctest::Approx(6.5));
  CHECK(summary.test_correlation == doctest::Approx(0.3));
}

TEST_CASE("history: a run that said nothing has no values") {
  const Story story;
  const Summary summary = story.store.summary("a");
  CHECK_FALSE(summary.step.has_value());
  CHECK_FALSE(summary.test_loss.has_value());
  CHECK(story.store.summaries("s").empty());
}

TEST_CASE("history: of all runs, of a sweep and of one the summary is the same") {
  Story story = rolled_back();
  NewPoint other;
  other.id = "b";
  other.point = other.point_file = other.placement = other.values = other.plan = "{}";
  story.store.submit_sweep("t", "{}", {other}, 1);
  const auto same = [](const Summary& a, const Summary& b) {
    return a.step == b.step && a.train_loss == b.train_loss && a.test_loss == b.test_loss &&
           a.evaluated_step == b.evaluated_step && a.test_correlation == b.test_correlation &&
           a.wall_s == b.wall_s && a.wasted_device_s == b.wasted_device_s && a.step_s == b.step_s;
  };
  const Summary one = story.store.summary("a");
  CHECK(same(story.store.summaries("s").at("a"), one));
  CHECK(same(story.store.summaries().at("a"), one));
  CHECK(story.store.summaries().size() == 1);
  CHECK(story.store.summaries("t").empty());
  CHECK(story.store.runs_of("s").at(0) == story.store.run("a")->run);
  CHECK(story.store.runs().at(0) == story.store.run("a")->run);
}

TEST_CASE("history: what a finished run did, without what it went on from") {
  Story story = rolled_back();
  CHECK(story.store.finished().empty());
  story.run.state = State::done;
  story.run.attempts.back().progress.step = 4;
  story.run.attempts.back().progress.flops = 4e9;
  story.run.attempts.back().devices = {"cpu", "cpu"};
  story.store.save({story.run}, {});
  const auto finished = story.store.finished();
  REQUIRE(finished.size() == 1);
  CHECK(finished[0].flops == doctest::Approx(3e9));
  CHECK(finished[0].device_s == doctest::Approx(6 * 2));
  CHECK(finished[0].device == "cpu");
}
