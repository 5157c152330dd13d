// The loop over a family that it has never heard of.
#include "worker/train.h"

#include "worker/run_fixture.h"
#include "worker/toy_family.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::worker;

namespace {

const RunFolder& folder() {
  static const RunFolder shared("toy");
  return shared;
}

}  // namespace

TEST_CASE("loop: a family of two files trains, is scored, and learns") {
  const Environment environment = folder().environment("whole", 1);
  CHECK(run(environment, kGoOn, toy_file(200, 2), open_toy) == protocol::ExitCode::done);
  const auto evals = reports_of(environment, "eval");
  REQUIRE_FALSE(evals.empty());
  CHECK(evals.back()["step"] == 200);
  CHECK(evals.back()["loss"].get<double>() < 0.05 * evals.back()["baseline_loss"].get<double>());
  CHECK(reports_of(environment, "done")[0]["flops"] == 400);
  const auto shards = digest_of_shards(environment, 200);
  for (const char* name : {"shared.safetensors", "session-first.safetensors"}) {
    CHECK(shards.find(name) != std::string::npos);
  }
}

TEST_CASE("loop: stopped after every step and resumed, it ends at the same bits") {
  const Environment whole = folder().environment("reference", 1);
  run(whole, kGoOn, toy_file(6, 2), open_toy);
  int attempt = 1;
  while (run(folder().environment("resumed", attempt), kStopNow, toy_file(6, 2), open_toy) ==
         protocol::ExitCode::preempted) {
    ++attempt;
  }
  CHECK(attempt == 6);
  const Environment last = folder().environment("resumed", attempt);
  CHECK(digest_of_shards(last, 6) == digest_of_shards(whole, 6));
  CHECK(reports_of(last, "eval").back()["loss"] == reports_of(whole, "eval").back()["loss"]);
}
