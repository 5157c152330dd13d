#include "orchestrator/slurm/job_record.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace enigma::slurm {
namespace {

// A line in the widths that are asked for.
std::string line(const char* id, const char* name, const char* state, const char* restarts,
                 const char* reason, const char* nodes) {
  return fmt::format("{:<40}{:<60}{:<20}{:<12}{:<60}{:<240}\n", id, name, state, restarts, reason,
                     nodes);
}

// As squeue 22.05.8 answered while a partition of higher tier preempted an array of five.
TEST_CASE("squeue's lines are read, one a task") {
  const auto records =
      parse_squeue(line("7", "wrap", "RUNNING", "0", "None", "n[1-4]") +
                   line("1_0", "enigma-abc", "COMPLETED", "0", "None", "n1") +
                   line("1_1", "enigma-abc", "FAILED", "0", "NonZeroExitCode", "n1") +
                   line("1_4", "enigma-abc", "COMPLETING", "1", "None", "n3") +
                   line("1_3", "enigma-abc", "PENDING", "1", "BeginTime", ""));
  REQUIRE(records.size() == 5);
  CHECK(records[0].id == "7");
  CHECK(records[0].index == 0);
  CHECK(records[0].nodes == "n[1-4]");
  CHECK(records[1].phase == Phase::completed);
  CHECK(records[2].phase == Phase::failed);
  CHECK(records[2].reason == "NonZeroExitCode");
  CHECK(records[3].phase == Phase::running);
  CHECK(records[3].restarts == 1);
  CHECK(records[4].phase == Phase::waiting);
  CHECK(records[4].index == 3);
  CHECK(records[4].reason == "BeginTime");
  CHECK(records[4].nodes.empty());
}

TEST_CASE("a line that cannot be understood is left out, the others stand") {
  const auto records = parse_squeue(
      "slurm_load_jobs error: Unable to contact slurm controller\n" +
      line("x", "n", "RUNNING", "0", "None", "") + line("1_y", "n", "RUNNING", "0", "None", "") +
      line("2", "n", "DREAMING", "0", "None", "") + line("3", "n", "RUNNING", "some", "None", "") +
      line("4", "n", "RUNNING", "0", "None", ""));
  REQUIRE(records.size() == 1);
  CHECK(records[0].id == "4");
  CHECK(parse_squeue("").empty());
}

TEST_CASE("every state word of squeue(1) has a phase") {
  for (const char* state :
       {"BOOT_FAIL", "CANCELLED", "COMPLETED",     "CONFIGURING",   "COMPLETING",
        "DEADLINE",  "FAILED",    "NODE_FAIL",     "OUT_OF_MEMORY", "PENDING",
        "PREEMPTED", "RUNNING",   "RESV_DEL_HOLD", "REQUEUE_FED",   "REQUEUE_HOLD",
        "REQUEUED",  "SIGNALING", "SPECIAL_EXIT",  "STAGE_OUT",     "STOPPED",
        "SUSPENDED", "TIMEOUT"}) {
    CAPTURE(std::string(state));
    CHECK(phase_of(state));
  }
  CHECK_FALSE(phase_of(""));
  CHECK_FALSE(is_over(Phase::waiting));
  CHECK_FALSE(is_over(Phase::running));
  CHECK(is_over(Phase::preempted));
}

// T4: the first attempt of a requeued job stays PREEMPTED; its last line is what holds.
TEST_CASE("sacct's duplicates: the last line of a job counts") {
  const auto records = parse_sacct(
      "5_1|enigma-abc|PREEMPTED|0|None|n2\n5_1|enigma-abc|COMPLETED|1|None|n3\n"
      "6|enigma-abc|CANCELLED by 1000|0|None|None assigned\nnonsense\n7|a|b|c|d\n");
  REQUIRE(records.size() == 2);
  CHECK(records[0].id == "5_1");
  CHECK(records[0].phase == Phase::completed);
  CHECK(records[0].restarts == 1);
  CHECK(records[1].phase == Phase::cancelled);
}

TEST_CASE("one query, however many jobs") {
  CHECK(squeue_arguments().front() == "squeue");
  CHECK(sacct_arguments({"1_0", "2"}).back() == "--jobs=1_0,2");
}

}  // namespace
}  // namespace enigma::slurm
