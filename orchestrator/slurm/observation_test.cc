#include "orchestrator/slurm/observation.h"

#include "orchestrator/launch/attempt_folder.h"

#include <doctest/doctest.h>

#include <fstream>
#include <unistd.h>

namespace enigma::slurm {
namespace {

namespace fs = std::filesystem;

/// A store with one run, whose files say what its launchers have done.
struct Place {
  SlurmOptions options;
  Queue queue{[](const std::string&) { return true; }};
  std::string run;

  Place() {
    std::string pattern = (fs::temp_directory_path() / "enigma-observation-XXXXXX").string();
    options.store = ::mkdtemp(pattern.data());
    run = (options.store / "runs/r").string();
    fs::create_directories(run + "/submissions");
    std::ofstream(launch::submission_path(run, "ab.0") + ".secret") << "s";
  }
  ~Place() { fs::remove_all(options.store); }

  /// Start number `start` has claimed an attempt, in job 7_0.
  void start(int64_t start) const {
    const std::string token = start == 0 ? "ab.0" : "ab.0~" + std::to_string(start);
    const int64_t number = start + 1;
    fs::create_directories(launch::attempt_path(run, number));
    REQUIRE(launch::fill_attempt_folder(run, number,
                                        {token, launch::this_process(), {}, {"n2"}, "7_0"}, true));
    REQUIRE(launch::write_claim(run, token, {number, ""}));
  }
  void end(int64_t number, int code) const {
    launch::write_exit(launch::attempt_path(run, number), {code, std::nullopt, 1.0, false, ""});
  }
  void show(Phase phase, const char* reason = "") {
    queue.take({{{"7_0", "enigma-ab", 0, phase, "", 0, reason, "n2"}}});
  }
  std::vector<decide::Observation> look() const {
    return observations_of(options, queue, {"slurm", "r", "ab.0", {}, {}, {}, true});
  }
};

TEST_CASE("a start that runs is told with its attempt and nodes") {
  Place place;
  place.start(0);
  place.show(Phase::running);
  const auto seen = place.look();
  REQUIRE(seen.size() == 1);
  CHECK(std::get<decide::Running>(seen[0].state).number == 1);
  CHECK(std::get<decide::Running>(seen[0].state).nodes == std::vector<std::string>{"n2"});
}

TEST_CASE("an end is told together with the start that follows it") {
  Place place;
  place.start(0);
  place.end(1, 75);
  place.show(Phase::waiting, "BeginTime");
  SUBCASE("which waits") {
    const auto seen = place.look();
    REQUIRE(seen.size() == 2);
    CHECK(std::get<decide::Ended>(seen[0].state).code == 75);
    CHECK(seen[1].token == "ab.0~1");
    CHECK(std::get<decide::Waiting>(seen[1].state).why == "BeginTime");
  }
  SUBCASE("which has begun") {
    place.start(1);
    place.show(Phase::running);
    const auto seen = place.look();
    REQUIRE(seen.size() == 2);
    CHECK(std::get<decide::Running>(seen[1].state).number == 2);
  }
  SUBCASE("which begun and ended: its end is told by the next look") {
    place.start(1);
    place.end(2, 0);
    place.show(Phase::completed);
    CHECK(std::get<decide::Running>(place.look()[1].state).number == 2);
  }
}

TEST_CASE("nothing follows where no job is left, or its chain has ended") {
  Place place;
  place.start(0);
  place.end(1, 65);
  SUBCASE("no job") {
    place.show(Phase::failed);
  }
  SUBCASE("a chain that has ended") {
    place.show(Phase::waiting);
    launch::end_chain(place.run, "ab.0");
  }
  const auto seen = place.look();
  CHECK(seen.size() == 1);
  CHECK(std::get<decide::Ended>(seen[0].state).code == 65);
}

}  // namespace
}  // namespace enigma::slurm
