#include "processes/run.h"
#include "processes/wait.h"
#include <doctest/doctest.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace enigma {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Folder {
  fs::path path = fs::temp_directory_path() / ("enigma-processes-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

std::string text_in(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

RunResult shell(const std::string& script, const RunLimits& limits = {}) {
  return run({"/bin/sh", "-c", script}, limits);
}

TEST_CASE("a program's words and exit code are kept apart") {
  const RunResult result = shell("echo answer; echo complaint >&2; exit 3");
  CHECK(result.out == "answer\n");
  CHECK(result.err == "complaint\n");
  CHECK(text_of_status(result.status) == "exit code 3");
  CHECK_FALSE(result.ok());
  CHECK(shell("true").ok());
}

TEST_CASE("what is said on one stream does not wait for the other") {
  const RunResult result = shell("head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero");
  CHECK(result.out.size() == 300000);
  CHECK(result.err.size() == 300000);
}

TEST_CASE("a program that does not end in its time is killed") {
  const auto begin = std::chrono::steady_clock::now();
  const RunResult result = shell("exec sleep 60", {.time = 100ms});
  CHECK(result.timed_out);
  CHECK_FALSE(result.ok());
  CHECK(std::chrono::steady_clock::now() - begin < 30s);
}

TEST_CASE("a program that says too much is stopped") {
  const RunResult result = shell("cat /dev/zero", {.bytes_max = 1 << 20});
  CHECK(result.cut);
  CHECK_FALSE(result.ok());
  CHECK(result.out.size() < 2 << 20);
}

TEST_CASE("a program that is not there is named") {
  CHECK_THROWS_WITH_AS(run({"enigma-no-such-program"}), doctest::Contains("enigma-no-such-program"),
                       std::system_error);
}

TEST_CASE("a program gets the environment that it is given, and no descriptor beside its streams") {
  const Folder folder;
  const int kept = ::open("/dev/null", O_RDONLY);
  const pid_t child =
      start({{"/bin/sh", "-c", "echo $COLOUR; ls /proc/self/fd | wc -w; echo e >&2"},
             folder.path / "out",
             folder.path / "err",
             true,
             std::vector<std::string>{"COLOUR=green", "PATH=/usr/bin:/bin"}});
  CHECK(::getsid(child) != ::getsid(0));
  CHECK(wait_for(child) == 0);
  ::close(kept);
  // ls itself opens the folder that it lists.
  CHECK(text_in(folder.path / "out") == "green\n4\n");
  CHECK(text_in(folder.path / "err") == "e\n");
}

TEST_CASE("a log is appended to") {
  const Folder folder;
  for (int i = 0; i < 2; ++i) {
    CHECK(wait_for(start({{"/bin/sh", "-c", "echo line"}, folder.path / "log"})) == 0);
  }
  CHECK(text_in(folder.path / "log") == "line\nline\n");
}

TEST_CASE("signals are as a new program expects them") {
  std::signal(SIGPIPE, SIG_IGN);
  const RunResult result = shell("kill -PIPE $$");
  std::signal(SIGPIPE, SIG_DFL);
  CHECK(WIFSIGNALED(result.status));
  CHECK(text_of_status(result.status).starts_with("signal 13"));
}

TEST_CASE("a child is looked at without waiting, and gone once its status is taken") {
  const pid_t child = start({{"sleep", "60"}});
  CHECK_FALSE(status_if_ended(child));
  kill_and_wait(child);
  CHECK_THROWS_AS(status_if_ended(child), std::system_error);
}

}  // namespace
}  // namespace enigma
