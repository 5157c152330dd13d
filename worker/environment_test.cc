#include "worker/environment.h"

#include "worker/ending.h"

#include <doctest/doctest.h>

#include <map>

using namespace enigma;
using namespace enigma::worker;

namespace {

using Variables = std::map<std::string, std::string>;

const Variables kLeast = {{"ENIGMA_RUN", "r"},
                          {"ENIGMA_RUN_DIR", "/runs/r"},
                          {"ENIGMA_ATTEMPT_DIR", "/runs/r/attempt-1"},
                          {"ENIGMA_POINT", "/runs/r/point.json"},
                          {"ENIGMA_DATA", "/data"}};

Environment read(Variables variables, const Variables& more = {}) {
  for (const auto& [name, value] : more) { variables[name] = value; }
  return read_environment(
      [&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
      },
      41);
}

std::string refusal(const Variables& variables, const Variables& more = {}) {
  try {
    read(variables, more);
  } catch (const Ending& ending) {
    CHECK(ending.code() == protocol::ExitCode::bad_point);
    return ending.what();
  }
  FAIL("nothing was refused");
  return "";
}

}  // namespace

TEST_CASE("environment: what is optional has its default, locally the job is the pid") {
  const Environment environment = read(kLeast);
  CHECK(environment.run_dir == "/runs/r");
  CHECK(environment.start.empty());
  CHECK(environment.trace.empty());
  CHECK(read(kLeast, {{"ENIGMA_TRACE", "trace.json"}}).trace == "trace.json");
  CHECK(environment.world == 1);
  CHECK(environment.threads == 1);
  CHECK(environment.identity.job == 41);
}

TEST_CASE("environment: everything that is missing or wrong is said in one sentence") {
  const std::string why = refusal({{"ENIGMA_RUN", "r"}}, {{"ENIGMA_THREADS", "two"}});
  for (const char* name : {"ENIGMA_RUN_DIR", "ENIGMA_ATTEMPT_DIR", "ENIGMA_POINT", "ENIGMA_DATA"}) {
    CHECK(why.find(name) != std::string::npos);
  }
  CHECK(why.find("'two'") != std::string::npos);
}

TEST_CASE(
    "environment: ranks are told by the launcher, else by Slurm, and lie within their world") {
  const Environment second = read(kLeast, {{"ENIGMA_RANK", "1"}, {"ENIGMA_WORLD", "2"}});
  CHECK(second.rank == 1);
  CHECK(second.world == 2);
  CHECK(read(kLeast, {{"SLURM_PROCID", "3"}, {"SLURM_NTASKS", "4"}, {"SLURM_JOB_ID", "7"}}).rank ==
        3);
  CHECK(refusal(kLeast, {{"ENIGMA_RANK", "2"}, {"ENIGMA_WORLD", "2"}}).find("world size") !=
        std::string::npos);
  CHECK(refusal(kLeast, {{"ENIGMA_COLLECTIVE_DEADLINE_S", "0"}}).find("at least 0.1") !=
        std::string::npos);
}

TEST_CASE("environment: Slurm's identity is array job, index and restart count") {
  const Environment environment = read(kLeast, {{"SLURM_PROCID", "0"},
                                                {"SLURM_NTASKS", "1"},
                                                {"SLURM_JOB_ID", "91"},
                                                {"SLURM_ARRAY_JOB_ID", "90"},
                                                {"SLURM_ARRAY_TASK_ID", "3"},
                                                {"SLURM_RESTART_COUNT", "2"}});
  CHECK(environment.identity == protocol::Identity{90, 3, 2, 0});
  CHECK(read(kLeast, {{"ENIGMA_RANK", "0"}, {"SLURM_PROCID", "5"}, {"SLURM_JOB_ID", "91"}})
            .identity.job == 41);
}
