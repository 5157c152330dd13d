// Several ranks train the run of one: every schedule, both optimisers, preempted and resumed on
// another number of ranks.
#include "worker/same_on_ranks.h"
#include "worker/toy_family.h"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include <mutex>
#include <vector>

using namespace enigma;
using namespace enigma::worker;

namespace {

const bool kOneThread = (at::set_num_threads(1), true);

const RunFolder& folder() {
  static const RunFolder shared("ranks");
  return shared;
}

/// Exit codes of a run's ranks.
std::vector<protocol::ExitCode> run_on(int64_t world, const Environment& environment,
                                       const volatile std::sig_atomic_t& stop,
                                       const sweeps::PointFile& file) {
  std::vector<protocol::ExitCode> codes;
  std::mutex adding;
  parallel::on_ranks(world, [&](parallel::Collectives& collectives) {
    const auto code = run_rank(environment, stop, file, open_toy, collectives);
    const std::lock_guard lock(adding);
    codes.push_back(code);
  });
  return codes;
}

}  // namespace

TEST_CASE("ranks: any number of them, however they share it, takes the steps of one") {
  REQUIRE(kOneThread);
  check_same_on_ranks(folder().environment("equal", 1), toy_file(30, 4), open_toy);
}

TEST_CASE("ranks: rank 0 reports for all, and all leave together when one is asked to") {
  const Environment environment = folder().environment("stopped", 1);
  const auto codes = run_on(2, environment, kStopNow, toy_file(20, 4));
  CHECK(codes == std::vector(2, protocol::ExitCode::preempted));
  CHECK(reports_of(environment, "preempted").size() == 1);
  CHECK(reports_of(environment, "preempted")[0]["step"] == 1);
}

TEST_CASE("ranks: preempted and resumed on the same number, the end is the same bits") {
  int sharings = 0;
  for (const Sharing& sharing : kSharings) {
    sweeps::PointFile file = toy_file(5, 4);
    share(file.point, sharing);
    const std::string name = "resumed-" + std::to_string(++sharings);
    const Environment whole = folder().environment("whole-" + name, 1);
    CHECK(run_on(2, whole, kGoOn, file)[0] == protocol::ExitCode::done);
    int attempt = 0;
    protocol::ExitCode code{};
    do {
      attempt += 1;
      code = run_on(2, folder().environment(name, attempt), kStopNow, file)[0];
    } while (code == protocol::ExitCode::preempted);
    CHECK(attempt == 5);
    const Environment last = folder().environment(name, attempt);
    CHECK(digest_of_shards(last, 5) == digest_of_shards(whole, 5));
  }
}

TEST_CASE("ranks: a checkpoint of any number and form is gone on from by any other") {
  REQUIRE(kOneThread);
  const sweeps::PointFile file = toy_file(6, 4);
  const Environment whole = folder().environment("reference", 1);
  CHECK(run_on(1, whole, kGoOn, file)[0] == protocol::ExitCode::done);
  const double loss = reports_of(whole, "eval").back()["loss"].get<double>();
  const Sharing scattered{.schedule = sweeps::Schedule::scattered};
  const Sharing sharded{.form = sweeps::Form::shard}, hybrid{.form = sweeps::Form::hybrid};
  const std::pair<int64_t, Sharing> starts[] = {
      {4, scattered}, {2, sharded}, {1, {}}, {4, hybrid}, {2, scattered}};
  int attempt = 0;
  for (const auto& [world, sharing] : starts) {
    sweeps::PointFile here = file;
    share(here.point, sharing);
    CHECK(run_on(world, folder().environment("elastic", ++attempt), kStopNow, here)[0] ==
          protocol::ExitCode::preempted);
  }
  const Environment last = folder().environment("elastic", ++attempt);
  CHECK(run_on(2, last, kGoOn, file)[0] == protocol::ExitCode::done);
  CHECK(reports_of(last, "eval").back()["loss"].get<double>() ==
        doctest::Approx(loss).epsilon(1e-5));
}
