#include "orchestrator/controller/controller.h"

#include "db/room.h"
#include "orchestrator/attempts/placement.h"
#include "orchestrator/attempts/secret.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <sys/resource.h>

using namespace enigma;
namespace fs = std::filesystem;

namespace {

// A world that shows what a test puts into it, and remembers what it was asked.
struct ScriptedExecutor final : decide::Executor {
  std::vector<std::string> tokens, marks, cancelled;
  std::map<std::string, decide::JobState> states;  // by token
  std::map<std::string, std::string> spools;       // by token
  // By token of an attempt that has ended: the start that the scheduler made after it.
  std::map<std::string, std::pair<std::string, decide::JobState>> followers;
  bool accepts = true;

  std::string read_spool(const decide::SpoolSlice& slice) override {
    const std::string& spool = spools[slice.token];
    const auto offset = static_cast<size_t>(slice.offset);
    return offset < spool.size() ? spool.substr(offset, slice.bytes_max) : "";
  }
  decide::SubmitAnswer submit(const decide::Submission& submission) override {
    if (!accepts) { return {false, "no place left"}; }
    tokens.push_back(submission.token);
    states[submission.token] = decide::Running{1, 100, 200};
    return {};
  }
  std::vector<decide::Observation> observe(const std::vector<decide::Watch>& watches) override {
    std::vector<decide::Observation> seen;
    for (const auto& watch : watches) {
      if (states.contains(watch.token)) {
        seen.push_back({watch.run, watch.token, states[watch.token]});
      }
      if (const auto next = followers.find(watch.token); next != followers.end()) {
        seen.push_back({watch.run, next->second.first, next->second.second});
      }
    }
    return seen;
  }
  void cancel(const std::string&, const std::string& token) override { cancelled.push_back(token); }
  void mark(const std::string& run, const std::string& word) override {
    marks.push_back(run + " " + word);
  }
  void unmark(const std::string& run) override { marks.push_back(run + " unmarked"); }
};

std::string fresh_token() {
  static int count = 0;
  return "token-" + std::to_string(++count);
}

constexpr const char* kRun = "00000000000000aa";

/// While it lives, files take nothing more.
struct FullDisk {
  rlimit before{};
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit none{1, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before); }
};

db::NewPoint a_point(const std::string& id) {
  db::NewPoint point;
  point.id = id;
  point.point = point.values = point.plan = "{}";
  point.point_file = "{}";
  point.placement = attempts::to_text({"/data", "/worker", {{"code", {0, 1}}}});
  point.target_step = 10;
  return point;
}

struct World {
  fs::path folder = [] {
    std::string name = (fs::temp_directory_path() / "enigma-controller-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  db::Store store = db::Store::open(folder / "runs.db");
  ScriptedExecutor executor;
  Controller controller{{folder, "secret", decide::default_policy(), fresh_token},
                        store,
                        decide::Executors({{"local", &executor}}),
                        1000};

  World() { controller.add("sweep", "{}", {a_point(kRun)}, 1000); }
  ~World() { fs::remove_all(folder); }

  const std::string& start() {
    controller.turn(1001);
    REQUIRE(executor.tokens.size() == 1);
    return executor.tokens[0];
  }
  std::string line(int64_t seq, protocol::Body body) const {
    return protocol::to_line({kRun, {7, 0, 0, 9}, seq, 1002, std::move(body)}) + "\n";
  }
  // Everything that a run to its end reports.
  std::string story() const {
    return line(1, protocol::Hello{1, {"cpu"}, "r"}) +
           line(2, protocol::Metrics{10, 80, 1e9, {{"train_loss", 0.5}}}) +
           line(3, protocol::Eval{10, "s", "test", 0.5, 0.6, 0.1, 0.01, 4}) +
           line(4, protocol::Done{10, 1e9});
  }
  int64_t told() const {
    const auto events = store.events_of(kRun);
    return std::count_if(events.begin(), events.end(),
                         [](const db::Event& event) { return event.kind == "bad_line"; });
  }
  bool asks(decide::Request request, double now) {
    return !controller.request({store.run(kRun)->run}, request, now).empty();
  }
  db::State state() const { return store.run(kRun)->run.state; }
};

}  // namespace

TEST_CASE("controller: a run is started once, received, done, marked, and forgotten") {
  World world;
  const std::string token = world.start();
  world.controller.turn(1002);
  CHECK(world.executor.tokens.size() == 1);
  CHECK(world.state() == db::State::running);
  const auto received =
      world.controller.on_reports(world.story(), attempts::bearer_of("secret", token), 1003);
  CHECK(received.status == 200);
  CHECK(received.answer.ack == 4);
  world.executor.states[token] = decide::Ended{0, 0, false, 1, ""};
  world.controller.turn(1004);
  CHECK(world.state() == db::State::done);
  world.controller.turn(1005);
  CHECK(world.executor.marks.back() == std::string(kRun) + " done");
  world.controller.turn(1006);
  CHECK_FALSE(world.controller.busy());
}

TEST_CASE("controller: a spool is read to its end before an end is judged") {
  World world;
  const std::string token = world.start();
  world.executor.spools[token] = world.story();
  world.executor.states[token] = decide::Ended{0, 0, false, 1, ""};
  world.controller.turn(1002);
  CHECK(world.state() == db::State::done);
  CHECK(world.store.metrics(kRun).size() == 1);
}

TEST_CASE("controller: both ways of a report lead to one row") {
  World world;
  const std::string token = world.start();
  REQUIRE(world.controller.on_reports(world.story(), attempts::bearer_of("secret", token), 1002)
              .status == 200);
  world.executor.spools[token] = world.story();
  world.executor.states[token] = decide::Ended{0, 0, false, 1, ""};
  world.controller.turn(1003);
  CHECK(world.store.metrics(kRun).size() == 1);
}

TEST_CASE("controller: a bad line is told once, over every turn, way and restart") {
  World world;
  const std::string token = world.start();
  const std::string bearer = attempts::bearer_of("secret", token);
  std::string& spool = world.executor.spools[token];
  const std::string story = world.story();
  const size_t second = story.find('\n') + 1, third = story.find('\n', second) + 1;
  spool = story.substr(0, second) + "not a report\n" + story.substr(third);
  CHECK(world.controller.on_reports(spool, bearer, 1002).status == 400);
  world.controller.turn(1003);
  CHECK(world.state() == db::State::done);
  CHECK(world.told() == 1);
  world.controller.turn(1004);
  Controller next(world.controller.options(), world.store,
                  decide::Executors({{"local", &world.executor}}), 1005);
  next.turn(1005);
  spool += "nor this";
  next.turn(1006);
  CHECK(world.told() == 1);
  world.executor.states[token] = decide::Ended{0, 0, false, 1, ""};
  next.turn(1007);
  CHECK(world.told() == 2);
}

TEST_CASE("controller: a worker that posts on after a report was refused is read from its spool") {
  World world;
  const std::string token = world.start();
  const std::string story = world.story();
  const size_t second = story.find('\n') + 1, third = story.find('\n', second) + 1;
  world.executor.spools[token] = story;
  const std::string behind_a_gap = story.substr(0, second) + story.substr(third);
  CHECK(world.controller.on_reports(behind_a_gap, attempts::bearer_of("secret", token), 1002)
            .answer.ack == 1);
  world.controller.turn(1002.5);
  CHECK(world.state() == db::State::done);
}

TEST_CASE("controller: exit 0 without the target is no success; the spec's retry rule counts") {
  World world;
  const std::string token = world.start();
  world.executor.states[token] = decide::Ended{70, 0, false, 1, ""};
  world.controller.turn(1002);
  CHECK(world.state() == db::State::failed);
}

TEST_CASE("controller: reports are answered as the contract says") {
  World world;
  const std::string token = world.start();
  const std::string bearer = attempts::bearer_of("secret", token);
  const auto status = [&](const std::string& body, const std::string& shown) {
    return world.controller.on_reports(body, shown, 1002).status;
  };
  CHECK(status(world.story(), "") == 401);
  CHECK(status(world.story(), "wrong") == 401);
  CHECK(status(world.story(), token) == 401);  // the submission's name is not its secret
  CHECK(status("nonsense\n", bearer) == 400);
  CHECK(status("", bearer) == 400);
  CHECK(status(std::string(protocol::kLineBytesMax + 1, 'x'), bearer) == 413);
  CHECK(status(protocol::to_line({"ffffffffffffffff", {1, 0, 0, 1}, 1, 1, protocol::Preempted{1}}),
               bearer) == 404);
  // A batch is taken whole or not at all.
  CHECK(status(world.story() + "{}\n", bearer) == 400);
  CHECK(world.store.metrics(kRun).empty());
  CHECK(status(world.story(), bearer) == 200);
  world.executor.states[token] = decide::Ended{0, 0, false, 1, ""};
  world.controller.turn(1003);
  // Another process with the same secret (a requeued job, say) is fenced off.
  CHECK(status(protocol::to_line({kRun, {8, 0, 1, 9}, 5, 1, protocol::Preempted{11}}), bearer) ==
        409);
}

TEST_CASE("controller: a submission that is not taken is told, and tried again later") {
  World world;
  world.executor.accepts = false;
  world.controller.turn(1001);
  CHECK(world.executor.tokens.empty());
  world.executor.accepts = true;
  for (double now = 1002; now < 1100 && world.executor.tokens.empty(); now += 5) {
    world.controller.turn(now);
  }
  CHECK(world.executor.tokens.size() == 1);
}

TEST_CASE(
    "controller: cancel stops the attempt and marks the run, the next submission takes the mark "
    "away") {
  World world;
  const std::string token = world.start();
  CHECK(world.asks(decide::Request::cancel, 1002));
  CHECK_FALSE(world.asks(decide::Request::cancel, 1002));
  world.controller.turn(1003);
  CHECK(world.executor.cancelled == std::vector<std::string>{token});
  world.executor.states[token] = decide::Ended{75, 0, false, 1, ""};
  world.controller.turn(1004);
  world.controller.turn(1005);
  CHECK(world.state() == db::State::cancelled);
  CHECK(world.executor.marks.back() == std::string(kRun) + " cancelled");
  CHECK(world.asks(decide::Request::resume, 1006));
  world.controller.turn(1007);
  CHECK(world.executor.marks.back() == std::string(kRun) + " unmarked");
  CHECK(world.executor.tokens.size() == 2);
}

TEST_CASE("controller: a turn writes a few marks, the next ones the others") {
  World world;
  std::vector<db::NewPoint> points;
  for (int i = 0; i < 40; ++i) { points.push_back(a_point("run" + std::to_string(i))); }
  world.store.submit_sweep("many", "{}", points, 1000);
  auto runs = world.store.runs_of("many");
  for (db::Run& run : runs) {
    run.attempts.push_back({.token = "t" + run.id, .executor = "local", .gone = true});
    run.attempts[0].ending = db::Ending{{}, "exit_file", "ended", {}, 1001};
    run.state = db::State::cancelled;
  }
  world.store.save(runs, {});
  Controller next(world.controller.options(), world.store,
                  decide::Executors({{"local", &world.executor}}), 1002);
  const auto marks_of_turn = [&] {
    world.executor.marks.clear();
    next.turn(1002);
    return std::count_if(world.executor.marks.begin(), world.executor.marks.end(),
                         [](const std::string& mark) { return mark.ends_with("cancelled"); });
  };
  CHECK(marks_of_turn() == 16);
  CHECK(next.has_marks_left());
  CHECK(marks_of_turn() == 16);
  CHECK(marks_of_turn() == 8);
  CHECK_FALSE(next.has_marks_left());
  CHECK(world.store.load().size() == 1);
}

TEST_CASE("controller: a run that never had an attempt is cancelled without a mark") {
  World world;
  CHECK(world.asks(decide::Request::cancel, 1001));
  world.controller.turn(1002);
  CHECK(world.executor.marks.empty());
  CHECK(world.store.run(kRun)->run.settled);
  CHECK_FALSE(world.controller.busy());
  CHECK(world.asks(decide::Request::resume, 1003));
  world.controller.turn(1004);
  CHECK(world.executor.tokens.size() == 1);
}

TEST_CASE("controller: a run goes to the executor of its sweep, its attempts stay with theirs") {
  World world;
  ScriptedExecutor cluster;
  decide::Policy policy = decide::default_policy();
  policy.slots = 2;
  Controller controller({world.folder, "secret", policy, fresh_token}, world.store,
                        decide::Executors({{"local", &world.executor}, {"cluster", &cluster}}),
                        1000);
  db::NewPoint there = a_point("00000000000000bb");
  there.executor = "cluster";
  controller.add("other", "{}", {there}, 1000);
  for (double now = 1001; now < 1004; ++now) { controller.turn(now); }
  CHECK(world.executor.tokens.size() == 1);
  REQUIRE(cluster.tokens.size() == 1);

  // Submitted again for this machine: the attempt that lives is still stopped where it is.
  there.executor = "local";
  controller.add("other", "{}", {there}, 1004);
  CHECK(world.store.run(there.id)->run.executor == "local");
  CHECK(
      controller.request({world.store.run(there.id)->run}, decide::Request::cancel, 1004).size() ==
      1);
  controller.turn(1005);
  CHECK(cluster.cancelled == cluster.tokens);
  CHECK(world.executor.cancelled.empty());
}

TEST_CASE("controller: a start that followed while nobody looked is read, and ends the run") {
  World world;
  const std::string token = world.start();
  decide::Ended preempted;
  preempted.code = 75;
  preempted.number = 1;
  world.executor.states[token] = preempted;
  world.executor.followers[token] = {token + "~1", decide::Running{2, {}, {}}};
  world.executor.spools[token + "~1"] = world.story();
  world.controller.turn(1002);
  CHECK(world.state() == db::State::running);
  CHECK(world.store.run(kRun)->run.attempts.size() == 2);
  world.executor.states[token + "~1"] = decide::Running{2, {}, {}};
  world.controller.turn(1003);
  CHECK(world.state() == db::State::done);
}

TEST_CASE("controller: the first post of a start comes after the last lines of the one before") {
  World world;
  const std::string token = world.start();
  std::string& spool = world.executor.spools[token];
  spool = world.line(1, protocol::Hello{1, {"cpu"}, "r"}) +
          world.line(2, protocol::Metrics{4, 32, 1e9, {{"train_loss", 0.5}}});
  decide::Ended put_back;  // by the scheduler, while its worker still writes
  put_back.cause = protocol::FailureClass::preempted;
  put_back.number = 1;
  world.executor.states[token] = put_back;
  world.executor.followers[token] = {token + "~1", decide::Running{2, {}, {}}};
  world.controller.turn(1002);
  spool += world.line(3, protocol::Checkpoint{4, "/c", 1, "s"});
  const auto later = [](int64_t seq, protocol::Body body) {
    return protocol::to_line({kRun, {8, 0, 1, 9}, seq, 1003, std::move(body)}) + "\n";
  };
  const std::string posted = later(1, protocol::Hello{1, {"cpu"}, "r"}) +
                             later(2, protocol::Metrics{5, 40, 1e9, {{"train_loss", 0.4}}});
  const std::string bearer = attempts::bearer_of("secret", token) + "~1";
  CHECK(world.controller.on_reports(posted, bearer, 1003).answer.ack == 2);
  const db::Run run = world.store.run(kRun)->run;
  REQUIRE(run.attempts.size() == 2);
  CHECK(run.attempts[0].progress.checkpoint_step == 4);
  CHECK(run.attempts[1].resumed_from_step == 4);
}

TEST_CASE("controller: what somebody else has written is read again, and the report taken then") {
  World world;
  const std::string token = world.start();
  db::Run changed = world.store.run(kRun)->run;
  changed.attempts.back().seq = 2;
  world.store.save({changed}, {});  // past the controller
  const auto post = [&] {
    return world.controller.on_reports(world.story(), attempts::bearer_of("secret", token), 1002);
  };
  CHECK(post().status == 503);
  const Reception second = post();
  CHECK(second.status == 200);
  CHECK(second.answer.ack == 4);
  CHECK(*world.controller.live_runs()->find(kRun) == world.store.run(kRun)->run);
}

TEST_CASE("controller: what a full disk refuses is not in memory either") {
  World world;
  const db::Run before = world.store.run(kRun)->run;
  {
    const FullDisk full;
    CHECK_THROWS_AS(world.asks(decide::Request::cancel, 1001), db::NoRoom);
    CHECK_THROWS_AS(world.controller.turn(1001), db::NoRoom);
    CHECK(*world.controller.live_runs()->find(kRun) == before);
    CHECK_THROWS_AS(world.controller.add("more", "{}", {a_point("b")}, 1001), db::NoRoom);
  }
  CHECK(world.executor.tokens.empty());
  CHECK(world.store.run(kRun)->run == before);
  world.start();
  CHECK(*world.controller.live_runs()->find(kRun) == world.store.run(kRun)->run);
  CHECK(world.controller.live_runs()->find("b") == nullptr);
}

TEST_CASE("retry: decisions know every class that a spec may name") {
  const auto policy = decide::default_policy();
  CHECK(protocol::failure_class_names().size() == policy.retry.size());
  for (const std::string& name : protocol::failure_class_names()) {
    CAPTURE(name);
    REQUIRE(protocol::failure_class_named(name));
    CHECK(policy.retry.contains(*protocol::failure_class_named(name)));
  }
}

TEST_CASE(
    "controller: a ceiling holds what it cannot pay for, and lets it go on when it is raised") {
  World world;
  db::NewPoint costly = a_point("00000000000000bb");
  costly.plan = R"({"device_hours": 3})";
  world.controller.add("dear", "{}", {costly}, 1000,
                       db::Ceiling{"dear", 2, false, "2 device-hours"});
  for (const db::Time now : {1001, 1002, 1003}) { world.controller.turn(now); }
  const auto held = world.store.run(costly.id)->run;
  CHECK(held.state == db::State::held);
  CHECK(held.why.starts_with("held: the ceiling of sweep dear (2 device-hours;"));
  CHECK(world.executor.tokens.size() == 1);  // of the other sweep
  CHECK(world.store.events_of(costly.id).back().kind == "held");

  world.controller.add("dear", "{}", {costly}, 1004,
                       db::Ceiling{"dear", 9, false, "9 device-hours"});
  world.controller.request({held}, decide::Request::resume, 1004);
  world.executor.states.clear();
  CHECK(world.store.run(costly.id)->run.wanted_by.empty());
  CHECK(world.store.run(costly.id)->run.state == db::State::waiting);
}

TEST_CASE("controller: many runs that a ceiling holds are held in a few turns") {
  World world;
  std::vector<db::NewPoint> points;
  for (int i = 0; i < 600; ++i) { points.push_back(a_point("run" + std::to_string(1000 + i))); }
  for (db::NewPoint& point : points) { point.plan = R"({"device_hours": 3})"; }
  world.controller.add("dear", "{}", points, 1000, db::Ceiling{"dear", 2, false, "2 device-hours"});
  for (int turn = 0; turn < 6; ++turn) { world.controller.turn(1001 + turn); }
  CHECK(world.store.counts("dear").at("held") == 600);
}

TEST_CASE("controller: a stop rule holds a run at work, with what it was measured by") {
  World world;
  db::NewPoint point = a_point(kRun);
  attempts::Placement placement{"/data", "/worker", {}};
  placement.stop = {{"gain < 0.01", 2}};
  point.placement = attempts::to_text(placement);
  point.target_step = 100;
  world.controller.add("sweep", "{}", {point}, 1000);
  const std::string token = world.start();
  std::string& spool = world.executor.spools[token];
  spool += world.line(1, protocol::Hello{1, {"cpu"}, "r"});
  for (int64_t step = 1; step <= 4; ++step) {
    spool += world.line(
        step + 1,
        protocol::Metrics{
            step, step, 1.0 * static_cast<double>(step), {{"train_loss", step < 3 ? 4.0 : 2.0}}});
  }
  world.controller.turn(1002);
  CHECK(world.store.run(kRun)->run.wanted == db::Wanted::run);  // it gains a half
  for (int64_t step = 5; step <= 6; ++step) {
    spool += world.line(
        step + 1,
        protocol::Metrics{step, step, 1.0 * static_cast<double>(step), {{"train_loss", 2.0}}});
  }
  world.controller.turn(1003);
  const auto stopped = world.store.run(kRun)->run;
  CHECK(stopped.wanted == db::Wanted::hold);
  CHECK(stopped.wanted_by.starts_with("the sweep's stop rule gain < 0.01 holds: step 6"));
  world.controller.turn(1004);
  CHECK(world.executor.cancelled == std::vector<std::string>{token});
  decide::Ended ended;
  ended.code = 75;
  ended.number = 1;
  world.executor.states[token] = ended;
  world.controller.turn(1005);
  CHECK(world.store.run(kRun)->run.state == db::State::held);
}
