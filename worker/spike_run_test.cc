// Runs that meet what should not count: losses that jump or are not finite, and a device that
// computes wrongly now and then.
#include "worker/ending.h"
#include "worker/run_fixture.h"
#include "worker/same_on_ranks.h"
#include "worker/toy_family.h"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include <atomic>
#include <limits>
#include <mutex>
#include <utility>

using namespace enigma;
using namespace enigma::worker;
using protocol::ExitCode;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
const bool kOneThread = (at::set_num_threads(1), true);

/// What befalls the batches of the toy family; of all ranks, which are threads.
struct Fate {
  int64_t first = -1, end = -1;      ///< batches whose loss is multiplied
  double factor = 1;                 ///< … by this
  std::atomic<int64_t> flawed = -1;  ///< batch that the first pass over works out wrongly
  std::mutex mutex;
  std::vector<int64_t> read;  ///< batches that lane 0 trained on

  void set(int64_t from, int64_t to, double by) {
    first = from;
    end = to;
    factor = by;
    flawed = -1;
    read.clear();
  }
};
Fate fate;

class FatefulToy final : public Family {
 public:
  explicit FatefulToy(const RunSetup& setup) : toy_(open_toy(setup)) {}

  std::vector<model::NamedTensor> shared_parameters() const override {
    return toy_->shared_parameters();
  }
  std::vector<SessionParameters> session_parameters() const override {
    return toy_->session_parameters();
  }
  std::unique_ptr<StepReader> reader(parallel::LaneRange lanes) const override {
    return toy_->reader(lanes);
  }
  LaneLoss forward(const StepBatch& batch, size_t lane, WindowRange windows) override {
    LaneLoss done = toy_->forward(batch, lane, windows);
    if (done.session == 0U) {
      const std::lock_guard lock(fate.mutex);
      fate.read.push_back(batch.step);
    }
    if (fate.first <= batch.step && batch.step < fate.end) { done.loss = done.loss * fate.factor; }
    int64_t flawed = batch.step;
    if (done.session == 0U && fate.flawed.compare_exchange_strong(flawed, -1)) {
      done.loss = done.loss * (1 + 1e-6);
    }
    return done;
  }
  std::vector<protocol::Eval> evaluate(int64_t step, const parallel::Ranks& ranks) override {
    return toy_->evaluate(step, ranks);
  }
  int64_t evaluation_windows() const override { return toy_->evaluation_windows(); }

 private:
  std::unique_ptr<Family> toy_;
};

std::unique_ptr<Family> open_fateful(const RunSetup& setup) {
  return std::make_unique<FatefulToy>(setup);
}

const RunFolder& folder() {
  static const RunFolder shared("spikes");
  return shared;
}

sweeps::PointFile file_with(sweeps::Spikes spikes, int64_t steps) {
  sweeps::PointFile file = toy_file(steps, 2);
  file.point.spikes = spikes;
  file.point.shared_lr = file.point.session_lr = 0.01;
  return file;
}

Environment keeping_every(const std::string& run, int attempt, int64_t steps) {
  Environment environment = folder().environment(run, attempt);
  environment.checkpoint_every_steps = steps;
  return environment;
}

/// Stopped after every step and resumed, until it is over. How many attempts it took.
int resume_to_the_end(const std::string& run, const sweeps::PointFile& file) {
  for (int attempt = 1;; ++attempt) {
    const ExitCode code =
        enigma::worker::run(keeping_every(run, attempt, 10), kStopNow, file, open_fateful);
    if (code != ExitCode::preempted) { return code == ExitCode::done ? attempt : -1; }
  }
}

/// What a run ends with: code, class and line.
Ending ending_of(const Environment& environment, const sweeps::PointFile& file) {
  try {
    const ExitCode code = run(environment, kGoOn, file, open_fateful);
    return {code, ""};
  } catch (const Ending& ending) { return ending; }
}

void check_skipped(const Environment& environment, int64_t from, int64_t to) {
  const auto skipped = reports_of(environment, "skipped");
  REQUIRE(skipped.size() == 1);
  CHECK(skipped[0]["from"] == from);
  CHECK(skipped[0]["to"] == to);
}

}  // namespace

TEST_CASE("spikes: a loss that is not finite ends the run, and changes nothing before it does") {
  fate.set(5, 6, kNaN);
  const Ending ending =
      ending_of(folder().environment("stops", 1), file_with(sweeps::Spikes::stop, 20));
  CHECK(ending.code() == ExitCode::non_finite);
  CHECK(std::string(ending.what()) == "training loss is nan at step 6");
}

TEST_CASE("spikes: a step that is skipped moves nothing, is reported, and the run goes on") {
  fate.set(80, 81, kNaN);
  const Environment environment = keeping_every("skips", 1, 1);
  const auto file = file_with(sweeps::Spikes::skip, 120);
  CHECK(run(environment, kGoOn, file, open_fateful) == ExitCode::done);
  check_skipped(environment, 81, 81);
  CHECK(reports_of(environment, "skipped")[0]["why"] == "training loss is nan");
  CHECK(reports_of(environment, "eval").back()["step"] == 120);
  CHECK(fate.read.size() == 120);
  CHECK(fate.read.back() == 119);
}

TEST_CASE("spikes: one that is finite is judged by the steps before it") {
  fate.set(80, 81, 1e4);
  const Environment skips = folder().environment("jumps", 1);
  CHECK(run(skips, kGoOn, file_with(sweeps::Spikes::skip, 100), open_fateful) == ExitCode::done);
  check_skipped(skips, 81, 81);
  const Environment stops = folder().environment("jumps-on", 1);
  CHECK(run(stops, kGoOn, file_with(sweeps::Spikes::stop, 100), open_fateful) == ExitCode::done);
  CHECK(reports_of(stops, "skipped").empty());
}

TEST_CASE("spikes: a run goes back to its checkpoint and passes over the data since") {
  fate.set(87, 88, kNaN);
  const Environment environment = keeping_every("back", 1, 40);
  const auto file = file_with(sweeps::Spikes::roll_back, 100);
  CHECK(run(environment, kGoOn, file, open_fateful) == ExitCode::done);
  check_skipped(environment, 81, 88);
  REQUIRE(fate.read.size() == 108);
  CHECK(fate.read[87] == 87);
  CHECK(fate.read[88] == 88);
  CHECK(fate.read.back() == 107);
  const auto state = loop_state_from_json(nlohmann::json::parse(
      read_file(environment.attempt_dir / "checkpoints" / "step-100" / "state.json"))["state"]);
  CHECK(state.batches_passed_over == 8);
  CHECK(state.spikes == 1);
  CHECK(state.windows == 100 * 8);
}

TEST_CASE("spikes: before its first checkpoint a run goes back to its beginning") {
  fate.set(3, 4, kNaN);
  const Environment environment = folder().environment("beginning", 1);
  CHECK(run(environment, kGoOn, file_with(sweeps::Spikes::roll_back, 10), open_fateful) ==
        ExitCode::done);
  check_skipped(environment, 1, 4);
  CHECK(fate.read == std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13});
}

TEST_CASE("spikes: preempted after every step, the end is the same bits") {
  for (const auto spikes : {sweeps::Spikes::skip, sweeps::Spikes::roll_back}) {
    fate.set(80, 81, 1e4);
    const std::string name = std::string("resumed-") + sweeps::name_of(spikes);
    const Environment whole = keeping_every("whole-" + name, 1, 10);
    CHECK(run(whole, kGoOn, file_with(spikes, 100), open_fateful) == ExitCode::done);
    const int attempts = resume_to_the_end(name, file_with(spikes, 100));
    REQUIRE(attempts == 100);
    const Environment last = folder().environment(name, attempts);
    CHECK(digest_of_shards(last, 100) == digest_of_shards(whole, 100));
  }
}

TEST_CASE("spikes: a run that needs more than it may ends, and says so") {
  fate.set(70, 1000, kNaN);
  for (const auto spikes : {sweeps::Spikes::skip, sweeps::Spikes::roll_back}) {
    auto file = file_with(spikes, 100);
    file.point.spikes_max = 3;
    const Environment environment =
        keeping_every(std::string("too-many-") + sweeps::name_of(spikes), 1, 10);
    const Ending ending = ending_of(environment, file);
    CHECK(ending.code() == ExitCode::non_finite);
    CHECK(std::string(ending.what()).find("train.spikes_max allows 3") != std::string::npos);
    CHECK(reports_of(environment, "skipped").size() == 3);
  }
}

TEST_CASE("spikes: on two ranks the run takes the steps of one") {
  REQUIRE(kOneThread);
  for (const auto spikes : {sweeps::Spikes::skip, sweeps::Spikes::roll_back}) {
    for (const Sharing& sharing : kSharings) {
      fate.set(80, 81, 1e4);
      auto file = file_with(spikes, 90);
      share(file.point, sharing);
      const auto losses_on = [&](int64_t world) {
        static int runs = 0;
        const Environment environment = keeping_every("ranks-" + std::to_string(++runs), 1, 40);
        parallel::on_ranks(world, [&](parallel::Collectives& collectives) {
          run_rank(environment, kGoOn, file, open_fateful, collectives, at::kDouble);
        });
        check_skipped(environment, 81, 81);
        return reports_of(environment, "eval").back()["loss"].get<double>();
      };
      const double alone = losses_on(1);
      CHECK(losses_on(2) == doctest::Approx(alone).epsilon(1e-9));
    }
  }
}

TEST_CASE("verification: a step that gives the same bits again changes nothing") {
  fate.set(-1, -1, 1);
  auto file = toy_file(12, 2);
  const Environment plain = folder().environment("plain", 1);
  CHECK(run(plain, kGoOn, file, open_fateful) == ExitCode::done);
  file.point.verify_step_every = 4;
  const Environment verified = folder().environment("verified", 1);
  fate.set(-1, -1, 1);
  CHECK(run(verified, kGoOn, file, open_fateful) == ExitCode::done);
  CHECK(fate.read.size() == 15);
  CHECK(digest_of_shards(verified, 12) == digest_of_shards(plain, 12));
}

TEST_CASE("verification: other bits end the attempt as a fault of the hardware") {
  fate.set(-1, -1, 1);
  fate.flawed = 7;
  auto file = toy_file(12, 2);
  file.point.verify_step_every = 4;
  const Ending ending = ending_of(folder().environment("flawed", 1), file);
  CHECK(ending.code() == ExitCode::fault);
  CHECK(ending.failure_class() == protocol::FailureClass::hardware);
  CHECK(std::string(ending.what()).find("step 8, worked out twice, gave other bits on rank 0") ==
        0);
}

TEST_CASE("verification: all ranks hear which of them it was, in every form") {
  for (const Sharing& sharing : kSharings) {
    fate.set(-1, -1, 1);
    fate.flawed = 7;
    auto file = toy_file(12, 2);
    share(file.point, sharing);
    file.point.verify_step_every = 4;
    static int runs = 0;
    const Environment environment = folder().environment("flawed-" + std::to_string(++runs), 1);
    std::atomic<int> told = 0;
    parallel::on_ranks(2, [&](parallel::Collectives& collectives) {
      try {
        run_rank(environment, kGoOn, file, open_fateful, collectives);
      } catch (const Ending& ending) {
        told += ending.failure_class() == protocol::FailureClass::hardware ? 1 : 0;
      }
    });
    CHECK(told == 2);
  }
}
