#include "orchestrator/decide/root_cause.h"

#include <doctest/doctest.h>

namespace enigma::decide {
namespace {

using protocol::FailureClass;

RankTrace exited(int64_t rank, int code, double at, std::vector<std::string> lines = {}) {
  return {rank, code, 0, at, "", std::move(lines)};
}
RankTrace killed(int64_t rank, int signal, double at, std::vector<std::string> lines = {}) {
  return {rank, std::nullopt, signal, at, "", std::move(lines)};
}
std::optional<RootCause> cause_of(const std::vector<RankTrace>& ranks) {
  return root_cause(ranks, house_signatures());
}

TEST_CASE("a collective's error is a cascade: the root on another rank wins, even a later one") {
  const auto cause = cause_of(
      {exited(0, 69, 10, {"NCCL error: remote process exited"}),
       exited(1, 69, 11, {"Watchdog caught collective operation timeout"}),
       exited(2, 1, 12,
              {"step 7", "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate"})});
  REQUIRE(cause);
  CHECK(cause->rank == 2);
  CHECK(cause->failure_class == FailureClass::gpu_memory);
  CHECK(cause->line.find("rank 2: torch.OutOfMemoryError") == 0);
}

TEST_CASE("of several roots the earliest counts") {
  const auto cause =
      cause_of({exited(0, 73, 20), exited(3, 1, 19, {"write: No space left on device"})});
  REQUIRE(cause);
  CHECK(cause->rank == 3);
  CHECK(cause->failure_class == FailureClass::disk_full);
}

TEST_CASE("a bare Killed is not memory; one killed before the others explains their errors") {
  const auto cause = cause_of({killed(1, 9, 10, {"Killed"}), exited(0, 69, 11), exited(2, 69, 11)});
  REQUIRE(cause);
  CHECK(cause->rank == 1);
  CHECK(cause->failure_class == FailureClass::node_failure);
}

TEST_CASE("ranks that were ended because of another explain nothing") {
  const auto cause = cause_of({killed(0, 15, 12), exited(1, 64, 13), killed(2, 9, 11)});
  REQUIRE(cause);
  CHECK(cause->rank == 1);
  CHECK(cause->failure_class == FailureClass::code);
}

TEST_CASE("a crash of its own comes before a signal from outside") {
  const auto cause = cause_of({killed(0, 9, 10), killed(1, 11, 10.5)});
  REQUIRE(cause);
  CHECK(cause->rank == 1);
  CHECK(cause->failure_class == FailureClass::code);
}

TEST_CASE("128 + s is signal s") {
  const auto cause = cause_of({exited(0, 137, 10), exited(1, 70, 11, {"check failed"})});
  REQUIRE(cause);
  CHECK(cause->rank == 1);
}

TEST_CASE("nothing but cascades is a collective's error") {
  const auto cause =
      cause_of({exited(1, 69, 11), exited(0, 1, 10, {"ncclRemoteError: peer left"})});
  REQUIRE(cause);
  CHECK(cause->rank == 0);
  CHECK(cause->failure_class == FailureClass::nccl);
}

TEST_CASE("preempted ranks have not failed") {
  CHECK_FALSE(cause_of({exited(0, 75, 10), exited(1, 76, 10), exited(2, 0, 10)}));
  CHECK_FALSE(cause_of({}));
}

TEST_CASE("users add patterns, which come before the house's where they are put before") {
  Signatures table = {{{}, std::regex("lustre.*evicted"), FailureClass::node_failure, Role::root}};
  const auto& house = house_signatures();
  table.insert(table.end(), house.begin(), house.end());
  const auto cause =
      root_cause({exited(0, 1, 1, {"lustre client was evicted: Input/output error"})}, table);
  REQUIRE(cause);
  CHECK(cause->failure_class == FailureClass::node_failure);
  CHECK(cause->is_told);
  CHECK(signature_of("it exceeded its memory limit", table)->failure_class ==
        FailureClass::host_memory);
  CHECK(signature_of("Killed", table) == nullptr);
}

}  // namespace
}  // namespace enigma::decide
