#include "orchestrator/decide/executors.h"

#include <doctest/doctest.h>

#include <stdexcept>

namespace enigma::decide {
namespace {

// Sees everything that it is asked about, and counts the questions.
struct SeeingExecutor final : Executor {
  int queries = 0;
  std::vector<std::string> asked;

  SubmitAnswer submit(const Submission&) override { return {}; }
  std::vector<Observation> observe(const std::vector<Watch>& watches) override {
    ++queries;
    std::vector<Observation> seen;
    for (const Watch& watch : watches) {
      asked.push_back(watch.token);
      seen.push_back({watch.run, watch.token, Waiting{}});
    }
    return seen;
  }
  std::string read_spool(const SpoolSlice&) override { return {}; }
  void cancel(const std::string&, const std::string&) override {}
  void mark(const std::string&, const std::string&) override {}
  void unmark(const std::string&) override {}
};

Watch watch(const std::string& executor, const std::string& token) {
  return {executor, "run", token, {}, {}, {}, false};
}

TEST_CASE("each executor is asked once, about its own attempts, also where it has none") {
  SeeingExecutor local, slurm, idle;
  Executors executors({{"local", &local}, {"slurm", &slurm}, {"idle", &idle}});
  const auto seen =
      executors.observe({watch("slurm", "a"), watch("local", "b"), watch("slurm", "c")});
  CHECK(seen.size() == 3);
  CHECK(slurm.asked == std::vector<std::string>{"a", "c"});
  CHECK(local.asked == std::vector<std::string>{"b"});
  CHECK(local.queries == 1);
  CHECK(slurm.queries == 1);
  CHECK(idle.queries == 1);
  CHECK(idle.asked.empty());
  CHECK(&executors.of("slurm") == &slurm);
}

TEST_CASE("an executor that this controller does not drive takes nothing and sees nothing") {
  Executors executors({});
  const auto answer = executors.of("slurm").submit({"slurm", "run", "token", 1, "{}", "{}"});
  CHECK_FALSE(answer.accepted);
  CHECK(answer.why.find("'slurm'") != std::string::npos);
  CHECK(executors.observe({watch("slurm", "a")}).empty());
  CHECK_THROWS_AS(executors.of("slurm").mark("run", "done"), std::runtime_error);
}

}  // namespace
}  // namespace enigma::decide
