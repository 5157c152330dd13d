#include "orchestrator/drill/full_disk.h"

#include "processes/run.h"
#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

namespace enigma::drill {
namespace {

/// A process that calls itself the rank of an attempt, or only knows the attempt.
class Sleeper {
 public:
  explicit Sleeper(const std::string& folder, bool is_rank) {
    std::string attempt = "ENIGMA_ATTEMPT_DIR=" + folder, rank = "ENIGMA_RANK=0";
    char* variables[] = {attempt.data(), is_rank ? rank.data() : nullptr, nullptr};
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execle("/bin/sleep", "sleep", "60", static_cast<char*>(nullptr), variables);
      ::_exit(127);
    }
    while (limit().empty() || !has_begun()) { ::usleep(1000); }
  }
  ~Sleeper() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  /// The most bytes of a file that it may write, as /proc says it.
  std::string limit() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/limits");
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("Max file size")) { return line.substr(26, line.find(' ', 26) - 26); }
    }
    return "";
  }

 private:
  bool has_begun() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/comm");
    std::string name;
    return std::getline(file, name) && name == "sleep";
  }
  pid_t pid_ = 0;
};

Target a_target(const std::string& folder) {
  Target target;
  target.folder = folder;
  return target;
}

RunResult fill(const Target& target) {
  return run(words_to_fill_disk(target), {.time = std::chrono::milliseconds(30'000)});
}

TEST_CASE("the ranks of the attempt may write no more, and nobody else") {
  const std::string folder = "/nowhere/attempt-1." + std::to_string(::getpid());
  const Sleeper rank(folder, true), starter(folder, false), other(folder + "0", true);
  CHECK(has_filled_disk(fill(a_target(folder)).out));
  CHECK(rank.limit() == "0");
  CHECK(starter.limit() == "unlimited");
  CHECK(other.limit() == "unlimited");
}

TEST_CASE("an attempt without a rank here is said to have none") {
  const RunResult result = fill(a_target("/nowhere/attempt-2"));
  CHECK_FALSE(result.ok());
  CHECK_FALSE(has_filled_disk(result.out));
  CHECK(result.err.find("no rank of /nowhere/attempt-2 is at work on") != std::string::npos);
}

TEST_CASE("on nodes it is a step of the job, once on each") {
  Target target = a_target("/store/runs/r/attempt-1");
  target.job = "12";
  target.nodes = {"n1", "n4"};
  const auto words = words_to_fill_disk(target);
  const std::vector<std::string> step(words.begin(), words.begin() + 8);
  CHECK(step == std::vector<std::string>{"srun", "--jobid=12", "--overlap", "--nodelist=n1,n4",
                                         "--nodes=2", "--ntasks=2", "--ntasks-per-node=1",
                                         "--input=none"});
  CHECK(words.back() == "/store/runs/r/attempt-1");
}

}  // namespace
}  // namespace enigma::drill
