#include "orchestrator/launch/attempt_folder.h"

#include "orchestrator/launch/durable.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using namespace enigma::launch;

namespace {
struct Folder {
  std::string path = [] {
    std::string name = (std::filesystem::temp_directory_path() / "enigma-attempt-XXXXXX").string();
    return std::string(::mkdtemp(name.data()));
  }();
  Folder() { std::filesystem::create_directory(path + "/submissions"); }
  ~Folder() { std::filesystem::remove_all(path); }
};
}  // namespace

TEST_CASE("attempt: numbers go on from the highest folder there is") {
  const Folder folder;
  CHECK(make_attempt_folder(folder.path) == 1);
  CHECK(make_attempt_folder(folder.path) == 2);
  std::filesystem::create_directory(folder.path + "/attempt-9");
  CHECK(make_attempt_folder(folder.path) == 10);
  CHECK_FALSE(make_attempt_folder(folder.path + "/absent"));
}

TEST_CASE(
    "attempt: the bearer token moves in, and the launcher is found by the submission's token") {
  const Folder folder;
  REQUIRE(write_whole(submission_path(folder.path, "t1") + ".secret", "bearer", 0600));
  REQUIRE(make_attempt_folder(folder.path) == 1);
  REQUIRE(fill_attempt_folder(folder.path, 1, {"t1", this_process(), {1, 2}}, false));
  CHECK(read_small(folder.path + "/attempt-1/token") == "bearer");
  const auto note = read_launch_note(folder.path, 1, "t1");
  REQUIRE(note);
  CHECK(note->launcher == this_process());
  CHECK(note->cpus == std::vector<int>{1, 2});
  CHECK_FALSE(read_launch_note(folder.path, 1, "t2"));
  CHECK_FALSE(fill_attempt_folder(folder.path, 1, {"t1", this_process(), {1, 2}}, false));
}

TEST_CASE("claim: an attempt's number, or why nothing was started") {
  const Folder folder;
  CHECK_FALSE(read_claim(folder.path, "t"));
  REQUIRE(write_claim(folder.path, "t", {3, ""}));
  CHECK(read_claim(folder.path, "t")->attempt == 3);
  REQUIRE(write_claim(folder.path, "u", {std::nullopt, "the run is done"}));
  CHECK_FALSE(read_claim(folder.path, "u")->attempt);
  CHECK(read_claim(folder.path, "u")->refused == "the run is done");
}

TEST_CASE("exit: code or signal, the other null") {
  const Folder folder;
  REQUIRE(write_exit(folder.path, {0, std::nullopt, 12.5, false, ""}));
  CHECK(read_small(folder.path + "/exit.json") ==
        "{\"code\": 0, \"signal\": null, \"at\": 12.500000, \"memory_exhausted\": false, "
        "\"error\": null}\n");
  REQUIRE(write_exit(folder.path, {std::nullopt, 9, 1, true, "a \"b\"\n"}));
  CHECK(read_small(folder.path + "/exit.json") ==
        "{\"code\": null, \"signal\": 9, \"at\": 1.000000, \"memory_exhausted\": true, "
        "\"error\": \"a \\\"b\\\"\\u000a\"}\n");
}

TEST_CASE("attempt folder: a submission that may be started again keeps its secret") {
  const Folder folder;
  std::filesystem::create_directories(folder.path + "/submissions");
  REQUIRE(write_whole(submission_path(folder.path, "t1") + ".secret", "s", 0600));
  REQUIRE(make_attempt_folder(folder.path) == 1);
  CHECK(fill_attempt_folder(folder.path, 1, {"t1", this_process(), {}}, true));
  REQUIRE(make_attempt_folder(folder.path) == 2);
  CHECK(fill_attempt_folder(folder.path, 2, {"t1~1", this_process(), {}}, true));
  CHECK(read_small(attempt_path(folder.path, 2) + "/token") == "s~1");
  CHECK(read_launch_note(folder.path, 2, "t1~1"));
}
