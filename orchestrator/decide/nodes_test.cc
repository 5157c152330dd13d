#include "orchestrator/decide/nodes.h"

#include <doctest/doctest.h>

namespace enigma::decide {
namespace {

using protocol::FailureClass;

db::NodeVisit visit(const std::string& run, std::vector<std::string> nodes,
                    std::optional<FailureClass> failure_class, double began, double ended,
                    const std::string& culprit = "") {
  return {run, std::move(nodes), failure_class, culprit, began, ended};
}

std::vector<std::string> excluded(const std::vector<db::NodeVisit>& visits, double now) {
  return excluded_nodes(health_of_nodes(visits, {}, now));
}

using Names = std::vector<std::string>;

TEST_CASE("one fault of its hardware leaves a node out for a day") {
  const std::vector visits = {visit("a", {"n1"}, FailureClass::hardware, 0, 1000)};
  CHECK(excluded(visits, 1001) == Names{"n1"});
  CHECK(excluded(visits, 1000 + 86'000) == Names{"n1"});
  CHECK(excluded(visits, 1000 + 86'500).empty());
}

TEST_CASE("failures that nodes cause leave it out for an hour; those of one run alone do not") {
  std::vector<db::NodeVisit> visits;
  for (const double at : {100.0, 400.0, 700.0}) {
    visits.push_back(visit("a", {"n1"}, FailureClass::node_failure, at - 90, at));
  }
  CHECK(excluded(visits, 800).empty());
  visits.push_back(visit("b", {"n1"}, FailureClass::hang, 700, 900));
  CHECK(excluded(visits, 1000) == Names{"n1"});
  CHECK(excluded(visits, 900 + 3700).empty());
}

TEST_CASE("preemption, time limits and code are not the node's") {
  std::vector<db::NodeVisit> visits;
  for (const auto failure_class :
       {FailureClass::preempted, FailureClass::time_limit, FailureClass::code, FailureClass::nan}) {
    for (const char* run : {"a", "b"}) {
      visits.push_back(visit(run, {"n1"}, failure_class, 0, 100));
    }
  }
  visits.push_back(visit("c", {"n2"}, std::nullopt, 0, 100));
  CHECK(excluded(visits, 150).empty());
}

TEST_CASE("a black hole: whatever starts there ends at once, and runs last elsewhere") {
  std::vector<db::NodeVisit> visits;
  for (const char* run : {"a", "b", "c"}) {
    visits.push_back(visit(run, {"n1"}, FailureClass::code, 100, 103));
  }
  CHECK(excluded(visits, 110).empty());
  visits.push_back(visit("a", {"n2"}, FailureClass::code, 0, 3));
  CHECK(excluded(visits, 110).empty());
  visits.push_back(visit("d", {"n2"}, std::nullopt, 0, 100));
  CHECK(excluded(visits, 110) == Names{"n1"});
  visits.push_back(visit("e", {"n1"}, std::nullopt, 90, 109));
  CHECK(excluded(visits, 110).empty());
}

TEST_CASE("of several nodes the one that the root cause names answers for the end") {
  const auto fails = [](const std::string& run, const std::string& culprit) {
    return visit(run, {"n1", "n2"}, FailureClass::node_failure, 0, 100, culprit);
  };
  CHECK(excluded({fails("a", ""), fails("b", ""), fails("c", "")}, 150).empty());
  CHECK(excluded({fails("a", "n2"), fails("b", "n2"), fails("c", "n2")}, 150) == Names{"n2"});
}

TEST_CASE("health counts what ended lately") {
  const auto health = health_of_nodes(
      {visit("a", {"n1"}, FailureClass::hang, 0, 10), visit("a", {"n1"}, std::nullopt, 20, 300),
       visit("b", {"n2"}, FailureClass::preempted, 0, 10)},
      {}, 400);
  CHECK(health.at("n1").attempts == 2);
  CHECK(health.at("n1").failures == 1);
  CHECK(health.at("n2").failures == 0);
}

}  // namespace
}  // namespace enigma::decide
