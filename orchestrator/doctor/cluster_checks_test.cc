#include "orchestrator/doctor/cluster_checks.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace enigma::doctor {
namespace {

/// A cluster of Slurm 22.05.8 as its commands describe it.
slurm::ClusterFacts a_cluster() {
  slurm::ClusterFacts facts;
  facts.version = "slurm-wlm 22.05.8";
  facts.is_up = true;
  facts.config = {{"MaxArraySize", "1001"},
                  {"MaxJobCount", "10000"},
                  {"MinJobAge", "300 sec"},
                  {"JobRequeue", "1"},
                  {"PreemptMode", "REQUEUE"},
                  {"PreemptType", "preempt/partition_prio"},
                  {"AccountingStorageType", "accounting_storage/slurmdbd"}};
  facts.partitions = {{{"PartitionName", "low"},
                       {"Default", "YES"},
                       {"State", "UP"},
                       {"GraceTime", "60"},
                       {"PreemptMode", "REQUEUE"}},
                      {{"PartitionName", "cancel"},
                       {"Default", "NO"},
                       {"State", "UP"},
                       {"GraceTime", "0"},
                       {"PreemptMode", "CANCEL"}}};
  facts.nodes = {{{"NodeName", "n1"}, {"Gres", "gpu:8(S:0-1)"}}};
  facts.test_only = "Job 1 to start at 2026-11-29T06:26:05";
  facts.may_submit = true;
  return facts;
}

const Check& named(const Checks& checks, const std::string& name) {
  const auto found = std::ranges::find(checks, name, &Check::name);
  REQUIRE_MESSAGE(found != checks.end(), name);
  return *found;
}

sweeps::Site a_site() {
  sweeps::Site site;
  site.name = "s";
  site.gpu = sweeps::Gpu{"H100", 8, {}};
  return site;
}

TEST_CASE("a cluster that has what long runs need") {
  const auto checks = check_cluster(a_cluster(), a_site());
  CHECK(std::ranges::all_of(checks, &Check::ok));
  CHECK(named(checks, "grace_time").advice.empty());
  CHECK(named(checks, "gpus").found == "8 a node");
}

TEST_CASE("no commands, or no answer, end the questions") {
  CHECK_FALSE(check_cluster({}, {}).front().ok);
  slurm::ClusterFacts silent = a_cluster();
  silent.is_up = false;
  const auto checks = check_cluster(silent, {});
  CHECK_FALSE(named(checks, "slurm_controller").ok);
  CHECK(checks.size() == 2);
}

TEST_CASE("what will not work is wrong, and says what to change") {
  slurm::ClusterFacts facts = a_cluster();
  facts.config["MaxArraySize"] = "201";
  facts.partitions[0]["State"] = "DOWN";
  facts.may_submit = false;
  facts.test_only = "allocation failure: Invalid account";
  sweeps::Site site = a_site();
  site.gpu->per_node = 16;
  site.partitions = {{"gpu", sweeps::Preemption::none, 0, {}, false}};
  const auto checks = check_cluster(facts, site);
  for (const char* name : {"array_limit", "partition", "submission", "gpus", "partition_gpu"}) {
    CHECK_FALSE(named(checks, name).ok);
    CHECK_FALSE(named(checks, name).advice.empty());
  }
}

TEST_CASE("preemption that costs work is advice: it is survived") {
  sweeps::Site site = a_site();
  site.options["partition"] = "cancel";
  const auto checks = check_cluster(a_cluster(), site);
  CHECK(named(checks, "preemption").ok);
  CHECK(named(checks, "preemption").advice.find("submitted again") != std::string::npos);
  CHECK(named(checks, "grace_time").advice.find("0 s for its checkpoint") != std::string::npos);
}

TEST_CASE("a profile that promises more grace than the scheduler gives is wrong") {
  sweeps::Site site = a_site();
  site.partitions = {{"low", sweeps::Preemption::requeue, 120, {}, true}};
  CHECK_FALSE(named(check_cluster(a_cluster(), site), "partition_low").ok);
}

TEST_CASE("a container of Pyxis needs its plugin, one of Apptainer does not") {
  sweeps::Site site = a_site();
  site.container = "/images/torch.sqsh";
  const auto has_check = [](const Checks& checks) {
    return std::ranges::find(checks, "container", &Check::name) != checks.end();
  };
  CHECK_FALSE(has_check(check_cluster(a_cluster(), site)));
  site.container_runtime = "pyxis";
  slurm::ClusterFacts facts = a_cluster();
  CHECK_FALSE(named(check_cluster(facts, site), "container").ok);
  facts.has_pyxis = true;
  CHECK(named(check_cluster(facts, site), "container").ok);
}

TEST_CASE("without accounting and with short memory, what that costs is said") {
  slurm::ClusterFacts facts = a_cluster();
  facts.config["AccountingStorageType"] = "accounting_storage/none";
  facts.config["MinJobAge"] = "10 sec";
  const auto checks = check_cluster(facts, {});
  CHECK_FALSE(named(checks, "accounting").advice.empty());
  CHECK_FALSE(named(checks, "record_age").advice.empty());
  CHECK_FALSE(named(checks, "gpus").advice.empty());
}

}  // namespace
}  // namespace enigma::doctor
