#include "orchestrator/slurm/cluster_facts.h"

#include <doctest/doctest.h>

namespace enigma::slurm {
namespace {

TEST_CASE("the scheduler's configuration is read line by line") {
  // As Slurm 22.05.8 prints it.
  const Words config = parse_config(
      "Configuration data as of 2026-11-29T06:26:05\n"
      "JobRequeue              = 1\n"
      "MaxArraySize            = 1001\n"
      "MinJobAge               = 300 sec\n"
      "PreemptMode             = REQUEUE\n"
      "SlurmctldParameters     = (null)\n"
      "\n"
      "Slurmctld(primary) at vm is UP\n");
  CHECK(config.at("MaxArraySize") == "1001");
  CHECK(config.at("MinJobAge") == "300 sec");
  CHECK(config.at("SlurmctldParameters") == "(null)");
  CHECK(config.size() == 5);
}

TEST_CASE("partitions and nodes are words of one line each") {
  const auto partitions = parse_oneliners(
      "PartitionName=low Default=YES GraceTime=5 PreemptMode=REQUEUE State=UP Nodes=n[1-4]\n"
      "PartitionName=cancel Default=NO GraceTime=0 PreemptMode=CANCEL State=UP\n");
  REQUIRE(partitions.size() == 2);
  CHECK(partitions[0].at("Nodes") == "n[1-4]");
  CHECK(partitions[1].at("PreemptMode") == "CANCEL");
  CHECK(parse_oneliners("no words here\n").empty());
}

TEST_CASE("limits of time as Slurm writes them") {
  CHECK(seconds_of("90") == 90);
  CHECK(seconds_of("10:30") == 630);
  CHECK(seconds_of("2:00:00") == 7200);
  CHECK(seconds_of("1-12:00:00") == 129'600);
  CHECK_FALSE(seconds_of("UNLIMITED"));
  CHECK_FALSE(seconds_of(""));
}

}  // namespace
}  // namespace enigma::slurm
