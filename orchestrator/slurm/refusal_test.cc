#include "orchestrator/slurm/refusal.h"

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

TEST_CASE("a reason without a prefix, or none") {
  CHECK(reason_of("it cannot be started") == "it cannot be started");
  CHECK(reason_of("").empty());
}

}  // namespace
}  // namespace enigma::slurm
