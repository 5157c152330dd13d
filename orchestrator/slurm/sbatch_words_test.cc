#include "orchestrator/slurm/sbatch_words.h"

#include <doctest/doctest.h>

namespace enigma::slurm {
namespace {

// Said by sbatch 22.05.
constexpr const char* kSubmitLimit =
    "sbatch: error: AssocMaxSubmitJobLimit\n"
    "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit "
    "limit, user's size and/or time limits)\n";
constexpr const char* kNoPartition =
    "sbatch: error: invalid partition specified: gpu\n"
    "sbatch: error: Batch job submission failed: Invalid partition name specified\n";

TEST_CASE("a limit on the number of jobs passes, a wrong request does not") {
  CHECK(is_queue_limit(kSubmitLimit));
  CHECK(reason_of(kSubmitLimit) == "AssocMaxSubmitJobLimit");
  CHECK_FALSE(is_queue_limit(kNoPartition));
  CHECK(reason_of(kNoPartition) == "invalid partition specified: gpu");
}

TEST_CASE("a limit on the time of one job is no limit on their number") {
  CHECK_FALSE(is_queue_limit(
      "sbatch: error: AssocMaxWallDurationPerJobLimit\nsbatch: error: Batch job submission failed: "
      "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)\n"));
}

TEST_CASE("sbatch --test-only says when a job would start") {
  // Said by sbatch 22.05.
  const auto at = start_of_test(
      "sbatch: Job 15 to start at 2026-11-29T14:06:51 using 1 processors on nodes n1 in partition "
      "low\n");
  const auto later = start_of_test(
      "sbatch: Job 16 to start at 2026-11-29T15:06:52 using 8 processors on nodes n[1-2] in "
      "partition low\n");
  REQUIRE(at);
  REQUIRE(later);
  CHECK(*later - *at == 3601);
  CHECK_FALSE(start_of_test("allocation failure: Requested node configuration is not available"));
  CHECK_FALSE(start_of_test("to start at N/A"));
}

TEST_CASE("a reason without a prefix, or none") {
  CHECK(reason_of("it cannot be started") == "it cannot be started");
  CHECK(reason_of("").empty());
}

}  // namespace
}  // namespace enigma::slurm
