#include "orchestrator/attempts/signature_file.h"

#include <doctest/doctest.h>

namespace enigma::attempts {
namespace {

TEST_CASE("users' signatures are read, root where no role is said") {
  const auto table = parse_signatures(
      R"([{"pattern": "OST00.. evicted", "class": "node_failure"},
          {"pattern": "peer \\d+ left", "class": "nccl", "role": "cascade"},])",
      "signatures.json");
  REQUIRE(table.ok());
  CHECK(signature_of("lustre: OST0042 evicted us", *table.value)->role == decide::Role::root);
  CHECK(signature_of("peer 17 left", *table.value)->role == decide::Role::cascade);
  CHECK(signature_of("PEER 17 LEFT", *table.value) == nullptr);
}

TEST_CASE("all that is wrong with them is told at its place") {
  const auto table = parse_signatures(
      R"([{"pattern": "(", "class": "node_failure"}, {"pattern": "x", "class": "memory"},
          {"patern": "x"}])",
      "signatures.json");
  CHECK_FALSE(table.ok());
  CHECK(table.diagnostics.size() >= 4);
  CHECK_FALSE(parse_signatures("{}", "signatures.json").ok());
}

}  // namespace
}  // namespace enigma::attempts
