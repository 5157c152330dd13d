#include "orchestrator/local/cores.h"

#include <doctest/doctest.h>

using namespace enigma::local;

TEST_CASE("cores: runs get disjoint cores, and nothing where too few are left") {
  Cores cores({0, 2, 4});
  CHECK(cores.take("a", 2) == std::vector<int>{0, 2});
  CHECK(cores.take("b", 2).empty());
  CHECK(cores.take("c", 1) == std::vector<int>{4});
  CHECK(cores.take("a", 1) == std::vector<int>{0, 2});
  cores.free("a");
  CHECK(cores.take("d", 1) == std::vector<int>{0});
}

TEST_CASE("cores: what an adopted attempt holds is not given twice") {
  Cores cores({0, 1});
  cores.adopt("a", {0});
  CHECK(cores.take("b", 1) == std::vector<int>{1});
}

TEST_CASE("cores: this process may use at least one") {
  CHECK_FALSE(allowed_cores().empty());
}
