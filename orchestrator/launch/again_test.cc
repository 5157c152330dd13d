#include "orchestrator/launch/again.h"

#include <doctest/doctest.h>

using namespace enigma::launch;

namespace {

Exit with_code(int code) {
  Exit exit;
  exit.code = code;
  return exit;
}

}  // namespace

TEST_CASE("a lost rank is worth another start, what the worker calls wrong is not") {
  for (const int code : {137, 69, 143, 1}) { CHECK(may_start_again(with_code(code), false, 0)); }
  for (const int code : {0, 64, 65, 70, 71, 73, 74, 75, 76, 77}) {
    CHECK_FALSE(may_start_again(with_code(code), false, 0));
  }
  Exit killed;
  killed.signal = 9;
  CHECK(may_start_again(killed, false, 0));
}

TEST_CASE("not where it was asked to stop, nor in a storm of short starts") {
  CHECK_FALSE(may_start_again(with_code(137), true, 0));
  CHECK(may_start_again(with_code(137), false, kShortStartsMax - 1));
  CHECK_FALSE(may_start_again(with_code(137), false, kShortStartsMax));
}

TEST_CASE("a chain ends where its next job would do nothing or the same again") {
  for (const int code : {0, 64, 65, 70, 71, 73, 74, 77}) { CHECK(ends_chain(with_code(code))); }
  for (const int code : {1, 69, 72, 75, 76, 137}) { CHECK_FALSE(ends_chain(with_code(code))); }
  Exit killed;
  killed.signal = 9;
  CHECK_FALSE(ends_chain(killed));
  killed.error = "cannot start the worker";
  CHECK(ends_chain(killed));
}

TEST_CASE("the node of a killed rank is under suspicion, those ended after it are not") {
  CHECK(suspects_of({{0, {}, 15, "n1"}, {1, {}, 9, "n2"}, {2, 69, 0, "n3"}, {3, {}, 9, "n2"}}) ==
        std::vector<std::string>{"n2"});
}
