#include "orchestrator/attempts/placement.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::attempts;

TEST_CASE("placement: what is written is read") {
  const Placement placement{"/data", "/worker", {{"code", {0, 0.5}}, {"hang", {}}}, "e1"};
  const Placement read = placement_of(to_text(placement));
  CHECK(read.data == "/data");
  CHECK(read.worker == "/worker");
  CHECK(read.environment == "e1");
  CHECK(read.retry.at("code").max == 0);
  CHECK(read.retry.at("code").backoff_s == 0.5);
  CHECK_FALSE(read.retry.at("hang").max);
}

TEST_CASE("placement: one of a store that knew no environments has none") {
  CHECK(placement_of(R"({"data": "/d", "worker": "/w"})").environment.empty());
}

TEST_CASE("placement: what a site asks for is kept, and one of before Pyxis means Apptainer") {
  Placement placement{"/data", "/worker", {}, ""};
  placement.site = Site{{{"account", "lab"}}, {"module load x"}, true, "/images/a.sqsh", "pyxis"};
  const Site read = *placement_of(to_text(placement)).site;
  CHECK(read.options.at("account") == "lab");
  CHECK(read.container == "/images/a.sqsh");
  CHECK(read.container_runtime == "pyxis");
  const Placement before = placement_of(R"({"data": "/d", "worker": "/w", "site":
      {"options": {}, "lines": [], "has_gpus": false, "container": "/images/a.sif"}})");
  CHECK(before.site->container_runtime == "apptainer");
}

TEST_CASE("placement: its retry replaces the house's rules, class by class") {
  const auto house = decide::default_policy();
  const auto policy = with_retry(house, {"", "", {{"code", {7, std::nullopt}}, {"nonsense", {}}}});
  CHECK(policy.retry.at(protocol::FailureClass::code).max == 7);
  CHECK(policy.retry.at(protocol::FailureClass::code).backoff_s ==
        house.retry.at(protocol::FailureClass::code).backoff_s);
  CHECK(policy.retry.at(protocol::FailureClass::hang).max ==
        house.retry.at(protocol::FailureClass::hang).max);
}
