#include "worker/parallel/shard_pass.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace enigma::parallel;

TEST_CASE("shard pass: one block ahead, forward and back, and each block summed once") {
  using enum ShardAction::Kind;
  CHECK(shard_pass(0).empty());
  CHECK(shard_pass(3) == std::vector<ShardAction>{{gather, 0},
                                                  {gather, 1},
                                                  {gather, 2},
                                                  {gather_again, 1},
                                                  {sum, 2},
                                                  {gather_again, 0},
                                                  {sum, 1},
                                                  {sum, 0}});
}
