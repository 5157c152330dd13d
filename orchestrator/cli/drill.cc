// enigma-sweep drill: strikes a run for real, follows it until it goes on, and says what was lost.

#include "diagnostics/nearest.h"
#include "orchestrator/call/background.h"
#include "orchestrator/call/follow.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/unknown.h"
#include "orchestrator/drill/damage.h"
#include "orchestrator/serve/clock.h"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <thread>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;
using documents::or_null;

constexpr auto kLook = std::chrono::milliseconds(200);
constexpr double kTold_s = 10;  ///< between two lines of progress

drill::Strike asked_strike(const std::string& name) {
  if (const auto strike = drill::strike_named(name)) { return *strike; }
  throw InputError({{.file = "command line",
                     .message = "unknown drill",
                     .expected = fmt::format("{}", fmt::join(drill::strike_names(), ", ")),
                     .found = name,
                     .suggestion = suggest_name(name, drill::strike_names())}});
}

drill::Target asked_target(const fs::path& store, const db::Run& run) {
  std::string why;
  if (auto target = drill::target_of(store, run, why)) { return std::move(*target); }
  throw InputError({{.message = "run " + run.id + " cannot be struck",
                     .expected = "a run that is at work",
                     .found = why,
                     .suggestion = "'enigma-sweep status' lists those that are running"}});
}

/// One rehearsal: the run as it was, and when it was struck.
struct Rehearsal {
  drill::Strike strike;
  db::Run before;
  double struck_at = 0;  ///< seconds since the epoch
};

drill::Damage follow_rehearsal(const Invocation& invocation, const db::Store& store,
                               const Rehearsal& rehearsal, double timeout_s) {
  const double from_s = monotonic_s();
  double told_s = from_s;
  for (;;) {
    const auto damage = drill::damage_of(rehearsal.strike, rehearsal.before,
                                         store.run(rehearsal.before.id)->run, rehearsal.struck_at);
    if (damage.is_over || monotonic_s() - from_s > timeout_s) { return damage; }
    if (monotonic_s() - told_s > kTold_s) {
      std::cerr << fmt::format("{:.0f} s since the strike: the run is {}\n", monotonic_s() - from_s,
                               damage.state);
      told_s = monotonic_s();
    }
    if (const auto started = keep_controller(invocation)) { std::cerr << *started << "\n"; }
    std::this_thread::sleep_for(kLook);
  }
}

nlohmann::ordered_json document_of(const Rehearsal& rehearsal, const drill::Damage& damage) {
  return {
      {"drill", drill::name_of(rehearsal.strike)},
      {"run", rehearsal.before.id},
      {"struck_at", rehearsal.struck_at},
      {"survived", damage.has_survived},
      {"state", damage.state},
      {"attempt", {{"before", damage.attempt_before}, {"after", or_null(damage.attempt_after)}}},
      {"class", or_null(damage.ended_as)},
      {"step", {{"before", damage.step_before}, {"after", or_null(damage.resumed_at_step)}}},
      {"steps_lost", or_null(damage.steps_lost)},
      {"pause_s", or_null(damage.pause_s)}};
}

std::string sentence_of(const Rehearsal& rehearsal, const drill::Damage& damage) {
  const std::string& run = rehearsal.before.id;
  if (!damage.is_over) { return run + " has not gone on within the time: it is " + damage.state; }
  if (!damage.has_survived) { return run + " did not survive: it is " + damage.state; }
  if (!damage.pause_s) { return run + " was done before the strike could cost it anything"; }
  const std::string ended = damage.ended_as.empty() ? "" : ", as " + damage.ended_as;
  const std::string where =
      damage.attempt_after
          ? fmt::format("attempt {} ended{}; attempt {} goes on at step {}", damage.attempt_before,
                        ended, *damage.attempt_after, damage.resumed_at_step.value_or(0))
          : fmt::format("attempt {} goes on", damage.attempt_before);
  return fmt::format("{}: {}; {} steps lost, {:.1f} s until it was heard again", run, where,
                     damage.steps_lost.value_or(0), *damage.pause_s);
}

}  // namespace

int rehearse(const Invocation& invocation) {
  po::options_description options("drill");
  options.add_options()("what", po::value<std::string>(), "what strikes the run")(
      "run", po::value<std::string>(), "run (the first digits will do)")(
      "timeout-s", po::value<double>()->default_value(600), "how long it may take to go on");
  po::positional_options_description positional;
  positional.add("what", 1).add("run", 1);
  const std::string usage = fmt::format("drill {} RUN", fmt::join(drill::strike_names(), "|"));
  const auto values = parse_options(invocation, usage, options, positional);
  if (!values) { return kDone; }
  const drill::Strike strike = asked_strike(required(*values, "what"));
  const auto store = store_of(invocation);
  const std::string run = run_named(store, required(*values, "run"));
  const fs::path folder = fs::absolute(invocation.store);
  const Found controller = ensure_controller(invocation);
  Rehearsal rehearsal{strike, store.run(run)->run};
  const drill::Target target = asked_target(folder, rehearsal.before);
  rehearsal.struck_at = wall_clock_s();
  drill::strike(strike, target, controller.address.process);
  std::cerr << fmt::format("{}: struck attempt {} of {} at step {}\n", drill::name_of(strike),
                           target.attempt, run, rehearsal.before.attempts.back().progress.step);
  const auto damage =
      follow_rehearsal(invocation, store, rehearsal, (*values)["timeout-s"].as<double>());
  if (invocation.json) {
    print_document(invocation, document_of(rehearsal, damage));
  } else {
    std::cout << sentence_of(rehearsal, damage) << "\n";
  }
  return damage.has_survived ? kDone : kFault;
}

}  // namespace enigma::cli
