#include "orchestrator/local/executor.h"

#include "files/atomic_file.h"
#include "orchestrator/attempts/environment.h"
#include "orchestrator/attempts/placement.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <signal.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace enigma;
using namespace enigma::local;
namespace fs = std::filesystem;

namespace {

struct World {
  fs::path folder = [] {
    std::string name = (fs::temp_directory_path() / "enigma-local-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  LocalExecutor executor = start();

  ~World() { fs::remove_all(folder); }
  LocalExecutor start() const {
    return LocalExecutor({folder / "runs", ENIGMA_LAUNCH, "http://127.0.0.1:9", allowed_cores(), 5,
                          [](const std::string& token) { return "secret of " + token; }});
  }
  // A worker that is a shell script: enough to see what the launcher gives it and does to it.
  decide::Submission submission(const std::string& token, const std::string& script) const {
    const fs::path worker = folder / ("worker-" + token);
    write_atomically(worker, "#!/bin/sh\n" + script + "\n");
    ::chmod(worker.c_str(), 0755);
    return {"local", "run1", token,
            1,       "{}",   attempts::to_text({"/recordings", worker.string(), {}})};
  }
  fs::path attempt(int number) const {
    return folder / "runs" / "run1" / ("attempt-" + std::to_string(number));
  }
};

template <typename State>
State wait_for(LocalExecutor& executor, const std::string& token) {
  for (int look = 0; look < 4000; ++look) {
    const auto seen = executor.observe({{"local", "run1", token}});
    REQUIRE(seen.size() == 1);
    if (const auto* state = std::get_if<State>(&seen[0].state)) { return *state; }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  FAIL("the state did not come within 20 s");
  return {};
}

bool comes_true(const std::function<bool()>& is_true) {
  for (int look = 0; look < 4000 && !is_true(); ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return is_true();
}

bool wait_for_file(const fs::path& path) {
  return comes_true([&] { return fs::exists(path); });
}

}  // namespace

TEST_CASE("local: a worker gets the contract's variables, and its exit code comes back") {
  World world;
  const auto submission =
      world.submission("t1", "env | grep ^ENIGMA_ | sort; cat $ENIGMA_TOKEN_FILE; pwd; exit 71");
  REQUIRE(world.executor.submit(submission).accepted);
  const auto ended = wait_for<decide::Ended>(world.executor, "t1");
  CHECK(ended.code == 71);
  CHECK(ended.signal == 0);
  CHECK(ended.number == 1);
  const std::string log = read_file(world.attempt(1) / "worker.log");
  CHECK(log.find("ENIGMA_RUN=run1\n") != std::string::npos);
  CHECK(log.find("ENIGMA_DATA=/recordings\n") != std::string::npos);
  CHECK(log.find("ENIGMA_REPORT_URL=http://127.0.0.1:9\n") != std::string::npos);
  CHECK(log.find("ENIGMA_ATTEMPT_DIR=" + world.attempt(1).string()) != std::string::npos);
  CHECK(log.find("ENIGMA_WORLD=1\n") != std::string::npos);
  CHECK(log.find("secret of t1") != std::string::npos);
  struct stat info {};
  REQUIRE(::stat((world.attempt(1) / "token").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK_FALSE(fs::exists(world.folder / "runs/run1/lease"));
}

TEST_CASE(
    "local: a run of several ranks is a process each, with a log and an exit file of its own") {
  World world;
  auto submission =
      world.submission("t1",
                       "echo rank $ENIGMA_RANK of $ENIGMA_WORLD; echo >said-$ENIGMA_RANK; "
                       "while ! [ -e said-0 -a -e said-1 -a -e said-2 ]; do sleep 0.02; done; "
                       "[ $ENIGMA_RANK = 1 ] && exit 72; sleep 60");
  attempts::Placement placement = attempts::placement_of(submission.placement);
  placement.resources = attempts::Resources{.ranks = 3};
  submission.placement = attempts::to_text(placement);
  submission.slots = 3;
  REQUIRE(world.executor.submit(submission).accepted);
  CHECK(wait_for<decide::Ended>(world.executor, "t1").code == 72);
  CHECK(read_file(world.attempt(1) / "worker.log").find("rank 0 of 3\n") != std::string::npos);
  CHECK(read_file(world.attempt(1) / "rank-2.log") == "rank 2 of 3\n");
  CHECK(read_file(world.attempt(1) / "rank-1.exit.json").find("\"code\": 72") != std::string::npos);
}

TEST_CASE("local: all ranks are asked to stop, and what rank 0 says of it counts") {
  World world;
  auto submission = world.submission(
      "t1", "trap 'exit 75' TERM; echo ready >ready-$ENIGMA_RANK; while :; do sleep 0.05; done");
  attempts::Placement placement = attempts::placement_of(submission.placement);
  placement.resources = attempts::Resources{.ranks = 2};
  submission.placement = attempts::to_text(placement);
  submission.slots = 2;
  REQUIRE(world.executor.submit(submission).accepted);
  REQUIRE(wait_for_file(world.attempt(1) / "ready-0"));
  REQUIRE(wait_for_file(world.attempt(1) / "ready-1"));
  wait_for<decide::Running>(world.executor, "t1");
  world.executor.cancel("run1", "t1");
  CHECK(wait_for<decide::Ended>(world.executor, "t1").code == 75);
}

TEST_CASE("local: a worker lives in its attempt's folder with the environment of its submission") {
  World world;
  attempts::keep_environment(world.folder, "e1",
                             {{"PATH", "/usr/bin:/bin"}, {"GIVEN", "at submission"}});
  ::setenv("OF_THE_CONTROLLER", "yes", 1);
  auto submission = world.submission("t1", "env | sort; pwd -P");
  submission.placement =
      attempts::to_text({"/recordings", (world.folder / "worker-t1").string(), {}, "e1"});
  REQUIRE(world.executor.submit(submission).accepted);
  CHECK(wait_for<decide::Ended>(world.executor, "t1").code == 0);
  const std::string log = read_file(world.attempt(1) / "worker.log");
  CHECK(log.find("GIVEN=at submission\n") != std::string::npos);
  CHECK(log.find("OF_THE_CONTROLLER") == std::string::npos);
  CHECK(log.ends_with(fs::canonical(world.attempt(1)).string() + "\n"));
  submission.token = "t2";
  submission.placement = attempts::to_text({"/recordings", "/bin/true", {}, "lost"});
  CHECK(world.executor.submit(submission).why.find("environments/lost.json") != std::string::npos);
}

TEST_CASE("local: the same token starts once, another token of a living run is refused") {
  World world;
  const auto submission =
      world.submission("t1", "trap 'exit 75' TERM; echo >ready; while :; do sleep 0.1; done");
  REQUIRE(world.executor.submit(submission).accepted);
  REQUIRE(wait_for_file(world.attempt(1) / "ready"));
  wait_for<decide::Running>(world.executor, "t1");
  LocalExecutor second = world.start();  // a controller that has forgotten everything
  REQUIRE(second.submit(submission).accepted);
  CHECK_FALSE(fs::exists(world.attempt(2)));
  REQUIRE(second.submit(world.submission("t2", "exit 0")).accepted);
  const auto refused = wait_for<decide::Ended>(second, "t2");
  CHECK_FALSE(refused.code);
  CHECK(refused.line.find("lease") != std::string::npos);

  const auto adopted = wait_for<decide::Running>(second, "t1");
  CHECK(adopted.number == 1);
  second.cancel("run1", "t1");
  CHECK(wait_for<decide::Ended>(second, "t1").code == 75);
}

TEST_CASE("local: a killed launcher takes its worker along, and the run's lease is free at once") {
  World world;
  REQUIRE(world.executor
              .submit(world.submission("t1",
                                       "echo $$ > $ENIGMA_RUN_DIR/pid.part; "
                                       "mv $ENIGMA_RUN_DIR/pid.part "
                                       "$ENIGMA_RUN_DIR/pid; exec sleep 60"))
              .accepted);
  const auto running = wait_for<decide::Running>(world.executor, "t1");
  REQUIRE(wait_for_file(world.folder / "runs/run1/pid"));
  const int worker = std::atoi(read_file(world.folder / "runs/run1/pid").c_str());
  ::kill(static_cast<pid_t>(*running.launcher_pid), SIGKILL);
  const auto ended = wait_for<decide::Ended>(world.executor, "t1");
  CHECK_FALSE(ended.code);
  CHECK(ended.line.find("died") != std::string::npos);
  REQUIRE(world.executor.submit(world.submission("t2", "exit 0")).accepted);
  CHECK(wait_for<decide::Ended>(world.executor, "t2").code == 0);
  CHECK(comes_true([&] { return launch::process_of(worker).start_ns == 0; }));
}

TEST_CASE("local: a worker killed from outside is told by its signal") {
  World world;
  REQUIRE(world.executor.submit(world.submission("t1", "kill -9 $$")).accepted);
  const auto ended = wait_for<decide::Ended>(world.executor, "t1");
  CHECK(ended.signal == SIGKILL);
  CHECK_FALSE(ended.code);
}

TEST_CASE("local: marks keep a run from starting, and a missing program is said in words") {
  World world;
  world.executor.mark("run1", "cancelled");
  REQUIRE(world.executor.submit(world.submission("t1", "exit 0")).accepted);
  CHECK(wait_for<decide::Ended>(world.executor, "t1").line.find("cancelled") != std::string::npos);
  world.executor.unmark("run1");
  auto absent = world.submission("t2", "");
  absent.placement = attempts::to_text(attempts::Placement{"", "/no/such/worker", {}});
  REQUIRE(world.executor.submit(absent).accepted);
  const auto ended = wait_for<decide::Ended>(world.executor, "t2");
  CHECK_FALSE(ended.code);
  CHECK(ended.line.find("/no/such/worker") != std::string::npos);
}

TEST_CASE("local: an unknown token is unknown, never ended") {
  World world;
  const auto seen = world.executor.observe({{"local", "run1", "t"}});
  CHECK(std::holds_alternative<decide::Unknown>(seen.at(0).state));
}

TEST_CASE("local: of a spool is read what is there, and nothing where it is no file") {
  World world;
  const fs::path spool = world.attempt(1) / "spool.jsonl";
  CHECK(world.executor.read_spool({"run1", "t", 1, 0, 10}).empty());
  fs::create_directories(spool.parent_path());
  write_atomically(spool, "0123456789");
  CHECK(world.executor.read_spool({"run1", "t", 1, 0, 4}) == "0123");
  CHECK(world.executor.read_spool({"run1", "t", 1, 8, 4}) == "89");
  CHECK(world.executor.read_spool({"run1", "t", 1, 10, 4}).empty());
  CHECK(world.executor.read_spool({"run1", "t", 1, 11, 4}).empty());
  fs::remove(spool);
  fs::create_directory(spool);
  CHECK(world.executor.read_spool({"run1", "t", 1, 0, 4}).empty());
  fs::remove(spool);
  REQUIRE(::mkfifo(spool.c_str(), 0600) == 0);
  CHECK(world.executor.read_spool({"run1", "t", 1, 0, 4}).empty());
}
