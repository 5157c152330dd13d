#include "orchestrator/slurm/batch.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace enigma::slurm {
namespace {

Batch a_batch() {
  Batch batch{"ab12",
              {{0, "a"}, {1, "b"}, {2, "c"}, {7, "h"}},
              {},
              "/store/jobs/ab12",
              "/store/runs",
              "/bin/enigma-launch",
              "",
              30};
  batch.placement.worker = "/opt/it's a worker";
  batch.placement.data = "/data";
  return batch;
}

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

TEST_CASE("a token names a job and its task, whichever start it is") {
  CHECK(task_of("ab12.7") == TaskName{"ab12", 7});
  CHECK(task_of("ab12.7~3") == TaskName{"ab12", 7});
  CHECK(task_of("ab12") == TaskName{"ab12", 0});
  CHECK(base_of(job_name_of("ab12")) == "ab12");
  CHECK_FALSE(base_of("wrap"));
}

TEST_CASE("indices as --array takes them") {
  CHECK(array_of({{0, ""}}) == "0");
  CHECK(array_of({{7, ""}, {2, ""}, {0, ""}, {1, ""}}) == "0-2,7");
  CHECK(array_of({{4, ""}, {6, ""}, {8, ""}}) == "4,6,8");
}

TEST_CASE("a batch says what it asks for, and leaves the rest to the site") {
  const auto words = sbatch_arguments(a_batch(), "/store/jobs/ab12/script.sh");
  CHECK(has(words, "--parsable"));
  CHECK(has(words, "--job-name=enigma-ab12"));
  CHECK(has(words, "--array=0-2,7"));
  CHECK(has(words, "--open-mode=append"));
  CHECK(has(words, "--nodes=1"));
  CHECK(has(words, "--ntasks-per-node=1"));
  CHECK(words.back() == "/store/jobs/ab12/script.sh");
  CHECK(std::ranges::none_of(words, [](const std::string& word) {
    return word.starts_with("--time") || word.starts_with("--gpus") || word.starts_with("--signal");
  }));
}

TEST_CASE("resources and the site's options are passed on") {
  Batch batch = a_batch();
  batch.placement.resources = attempts::Resources{2, 8, std::nullopt, 7260.0};
  batch.placement.site =
      attempts::Site{{{"account", "lab"}, {"exclusive", ""}}, {"module load x"}, true};
  const auto words = sbatch_arguments(batch, "s.sh");
  CHECK(has(words, "--nodes=2"));
  CHECK(has(words, "--ntasks-per-node=8"));
  CHECK(has(words, "--gpus-per-node=8"));
  CHECK(has(words, "--time=121"));
  CHECK(has(words, "--signal=B:TERM@120"));
  CHECK(has(words, "--account=lab"));
  CHECK(has(words, "--exclusive"));
  CHECK(script_of(batch).find("module load x\n") != std::string::npos);
  CHECK(script_of(batch).find("--nodes 2 --ranks-per-node 8") != std::string::npos);
  CHECK(has(words, "--no-kill"));
}

TEST_CASE("a run that may come back on fewer nodes asks for a range, spares on top") {
  Batch batch = a_batch();
  batch.placement.resources = attempts::Resources{4, 2, std::nullopt, std::nullopt, {1, 2, 4}, 1};
  CHECK(has(sbatch_arguments(batch, "s.sh"), "--nodes=1-5"));
  CHECK(has(sbatch_arguments(batch, "s.sh"), "--mincpus=2"));
  CHECK(script_of(batch).find("--nodes 1,2,4 --ranks-per-node 2") != std::string::npos);
}

TEST_CASE("jobs that follow each other have a name of their own and wait for each other") {
  Batch batch = a_batch();
  batch.runs = {{7, "h"}};
  batch.placement.resources = attempts::Resources{.chain = 3};
  const auto words = sbatch_arguments(batch, "s.sh");
  CHECK(has(words, "--job-name=enigma-ab12.7"));
  CHECK(has(words, "--dependency=singleton"));
  CHECK(base_of("enigma-ab12.7") == "ab12");
  CHECK(script_of(batch).find("--chain enigma-ab12.7\n") != std::string::npos);
  CHECK(script_of(a_batch()).find("--chain") == std::string::npos);
}

TEST_CASE("excluded nodes are named to the scheduler") {
  Batch batch = a_batch();
  batch.excluded = {"n2", "n7"};
  CHECK(has(sbatch_arguments(batch, "s.sh"), "--exclude=n2,n7"));
}

TEST_CASE("a short job is warned a tenth of its time before the limit") {
  Batch batch = a_batch();
  batch.placement.resources = attempts::Resources{1, 1, std::nullopt, 300.0};
  CHECK(has(sbatch_arguments(batch, "s.sh"), "--signal=B:TERM@30"));
}

TEST_CASE("the script quotes what it is given") {
  const std::string script = script_of(a_batch());
  CHECK(script.find("--worker '/opt/it'\\''s a worker'") != std::string::npos);
  CHECK(script.find("case $SLURM_ARRAY_TASK_ID in\n  0) run='a' ;;\n  1) run='b' ;;\n") !=
        std::string::npos);
  CHECK(script.find("--token ab12.\"$SLURM_ARRAY_TASK_ID\"") != std::string::npos);
}

}  // namespace
}  // namespace enigma::slurm
