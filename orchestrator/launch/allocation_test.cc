#include "orchestrator/launch/allocation.h"

#include <doctest/doctest.h>

using namespace enigma::launch;
using Names = std::vector<std::string>;

TEST_CASE("the largest accepted count of nodes is taken, suspects last") {
  CHECK(chosen_nodes({"n1", "n2", "n3", "n4"}, {}, {1, 2, 4}) == Names{"n1", "n2", "n3", "n4"});
  CHECK(chosen_nodes({"n1", "n2", "n4"}, {}, {1, 2, 4}) == Names{"n1", "n2"});
  CHECK(chosen_nodes({"n1", "n2", "n3"}, {"n1"}, {2}) == Names{"n2", "n3"});
  CHECK(chosen_nodes({"n1", "n2"}, {"n1"}, {2}) == Names{"n2", "n1"});
  CHECK(chosen_nodes({"n1"}, {}, {2, 4}).empty());
}

TEST_CASE("nodes that are down, failed or silent are known by sinfo's words") {
  CHECK(nodes_down({"n1 alloc", "n2 down*", "n2 down*", "n3 mix*", "n4 drng", "n5 fail",
                    "n6 idle"}) == Names{"n2", "n3", "n5"});
  CHECK(nodes_down({}).empty());
}

TEST_CASE("the lines of a program, or nothing of one that fails") {
  CHECK(lines_of({"printf", "a\\nb\\n"}) == Names{"a", "b"});
  CHECK(lines_of({"sh", "-c", "echo a; exit 3"}).empty());
  CHECK(lines_of({"/no/such/program"}).empty());
}
