#include "tests/simulation/simulation.h"

#include "tests/simulation/checker.h"
#include "tests/simulation/host.h"
#include "tests/simulation/memory_disk.h"
#include "tests/simulation/options.h"
#include "tests/simulation/world.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::simulation {
namespace {

/// Calm weather lasts this long at most; then everything must be over.
constexpr double kLiveness_s = 6000;

db::NewPoint point_of(int64_t i, const Options& options) {
  db::NewPoint point;
  point.id = name_of_run(i);
  point.point = point.point_file = point.values = "{}";
  point.plan = options.expected_s > 0
                   ? fmt::format(R"({{"device_hours": {}}})", options.expected_s / 3600)
                   : "{}";
  point.executor = "simulated";
  point.placement = attempts::to_text(placement_of(options, i));
  point.target_step = options.target_steps;
  point.slots = options.slots > 1 && i % 3 == 2 ? 2 : 1;
  return point;
}

std::optional<db::Ceiling> ceiling_of(const Options& options) {
  if (options.ceiling_s <= 0) { return std::nullopt; }
  return db::Ceiling{kSweep, options.ceiling_s / 3600, options.ceiling_stops, "a few seconds"};
}

class Simulation {
 public:
  Simulation(uint64_t seed, Fault fault)
      : prng_(seed),
        options_(draw_options(prng_)),
        disk_(prng_.next()),
        world_(options_, prng_.next()),
        host_(world_, disk_, prng_, fault, [this](const std::string& line) { log(line); }) {}

  Outcome run() {
    outcome_.options = to_text(options_);
    for (int64_t tick = 0; tick < options_.fault_ticks && outcome_.problems.empty(); ++tick) {
      weather();
      if (tick >= options_.fault_ticks / 2) { points_ = options_.runs + options_.runs_later; }
      one_tick();
    }
    calm_down();
    const double end = world_.now + kLiveness_s;
    while (world_.now < end && outcome_.problems.empty() && !is_over()) { one_tick(); }
    if (outcome_.problems.empty()) { add(at_the_end()); }
    if (!host_.is_up()) { return std::move(outcome_); }
    for (const db::Run& run : host_.store().runs()) {
      ++outcome_.states[std::string(db::name_of(run.state))];
      outcome_.attempts += std::ssize(run.attempts);
    }
    return std::move(outcome_);
  }

 private:
  db::Time clock() const { return world_.now + clock_offset_s_; }
  void log(const std::string& line) { outcome_.log += line + "\n"; }
  void add(const std::vector<std::string>& problems) {
    for (const std::string& problem : problems) { outcome_.problems.push_back(problem); }
  }

  void weather() {
    if (prng_.chance(options_.clock_jump)) {
      clock_offset_s_ += prng_.between(-3600.0, 3600.0);
      log("the clock jumps");
    }
    disk_.full = prng_.chance(disk_.full ? 0.5 : options_.disk_full);
    if (host_.is_up() && prng_.chance(options_.crash)) {
      log("killed between turns");
      host_.die();
    }
  }

  void calm_down() {
    world_.calm_down();
    disk_.full = false;
    log("calm");
    if (!host_.is_up()) { host_.start(clock()); }
    if (!host_.is_up()) {
      add({"the store cannot be opened any more"});
      return;
    }
    submit();
    for (int64_t i = 0; host_.is_up() && i < points_; ++i) {
      const auto row = host_.store().run(name_of_run(i));
      if (row && row->run.wanted == db::Wanted::hold) {
        host_.request(row->run.id, decide::Request::resume, clock());
      }
    }
  }

  void submit() {
    std::vector<db::NewPoint> points;
    for (int64_t i = 0; i < points_; ++i) { points.push_back(point_of(i, options_)); }
    host_.submit(points, world_.faults ? ceiling_of(options_) : std::nullopt, clock());
  }

  void ask() {
    const auto run = name_of_run(prng_.between(int64_t{0}, points_ - 1));
    const decide::Request requests[] = {decide::Request::cancel, decide::Request::hold,
                                        decide::Request::resume, decide::Request::resume};
    host_.request(run, requests[prng_.next() % 4], clock());
  }

  void one_tick() {
    ++outcome_.ticks;
    world_.tick(options_.tick_s * prng_.between(0.5, 1.5));
    if (!host_.is_up() && (!world_.faults || prng_.chance(0.3))) { host_.start(clock()); }
    if (host_.is_up() && (outcome_.ticks == 1 || prng_.chance(0.1))) { submit(); }
    if (host_.is_up() && world_.faults && prng_.chance(options_.request)) { ask(); }
    for (const Message& message : world_.arriving()) {
      if (host_.is_up()) { host_.deliver(message, clock()); }
    }
    if (host_.is_up()) { host_.turn(clock()); }
    if (host_.is_up()) { add(checker_.check(host_, world_)); }
  }

  std::vector<std::string> at_the_end() {
    if (!host_.is_up()) { return {"the controller does not stay up in calm weather"}; }
    return checker_.check_end(host_, world_);
  }
  // What a scheduler has started without us takes a few looks to be cleared away.
  bool is_over() const {
    const bool has_jobs =
        options_.scheduler && std::ranges::any_of(world_.jobs, [](const Job& job) {
          return job.phase != Job::Phase::ended;
        });
    return host_.is_up() && host_.store().load().empty() && !has_jobs;
  }

  Prng prng_;
  Options options_;
  MemoryDisk disk_;
  World world_;
  Outcome outcome_;
  Host host_;
  Checker checker_;
  int64_t points_ = options_.runs;
  double clock_offset_s_ = 0;
};

}  // namespace

Outcome simulate(uint64_t seed, Fault fault) {
  return Simulation(seed, fault).run();
}

}  // namespace enigma::simulation
