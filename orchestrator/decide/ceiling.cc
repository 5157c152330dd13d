#include "orchestrator/decide/ceiling.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::decide {
namespace {

using db::Run;

constexpr double kHour_s = 3600;

/// Device-hours that one step takes, as the run's live attempt has gone so far.
std::optional<double> pace_of(const Run& run) {
  if (!db::has_live_attempt(run)) { return std::nullopt; }
  const db::Attempt& attempt = run.attempts.back();
  const int64_t steps = attempt.progress.step - attempt.resumed_from_step.value_or(0);
  const double used = db::wall_s(attempt) * static_cast<double>(attempt.world) / kHour_s;
  if (steps <= 0 || used <= 0) { return std::nullopt; }
  return used / static_cast<double>(steps);
}

/// The step that the run goes on from, or stands at.
int64_t reached(const Run& run) {
  int64_t step = 0;
  for (const db::Attempt& attempt : run.attempts) {
    step = std::max(step, attempt.progress.checkpoint_step.value_or(0));
  }
  if (!db::has_live_attempt(run)) { return step; }
  const db::Attempt& live = run.attempts.back();
  return live.seq == 0 ? step : std::max(live.progress.step, live.resumed_from_step.value_or(0));
}

std::string sum_text(const Account& account) {
  return fmt::format("the ceiling of sweep {} ({}; {:.3g} device-hours are used)",
                     account.ceiling.sweep, account.ceiling.text, account.used_device_hours);
}

const std::optional<double>* expectation(const Account& account, const Run& run) {
  const auto found = account.expected_device_hours.find(run.id);
  return found == account.expected_device_hours.end() ? nullptr : &found->second;
}

std::optional<std::string> held_by(const Run& run, const Account& account, double expected) {
  const double left = account.ceiling.device_hours - account.used_device_hours;
  const bool at_work = db::has_live_attempt(run);
  if (left <= 0 && (!at_work || account.ceiling.stops_runs)) {
    return sum_text(account) + " is reached";
  }
  if (at_work || expected <= left) { return std::nullopt; }
  return fmt::format("{}: it would take {:.3g} more", sum_text(account), expected);
}

}  // namespace

std::vector<Account> accounts_of(std::vector<db::Ceiling> ceilings,
                                 const std::vector<db::Charge>& charges) {
  std::map<std::string, Account> accounts;
  for (db::Ceiling& ceiling : ceilings) {
    const std::string sweep = ceiling.sweep;
    accounts[sweep].ceiling = std::move(ceiling);
  }
  for (const db::Charge& charge : charges) {
    const auto account = accounts.find(charge.sweep);
    if (account == accounts.end()) { continue; }
    account->second.used_device_hours += charge.used_device_hours;
    account->second.expected_device_hours[charge.run] = charge.device_hours;
  }
  std::vector<Account> all;
  for (auto& [sweep, account] : accounts) { all.push_back(std::move(account)); }
  return all;
}

double remaining_device_hours(const Run& run, std::optional<double> expected) {
  const auto steps = static_cast<double>(std::max<int64_t>(0, run.target_step - reached(run)));
  if (const auto pace = pace_of(run)) { return *pace * steps; }
  if (!expected || run.target_step <= 0) { return 0; }
  return *expected * steps / static_cast<double>(run.target_step);
}

double reserved_device_hours(const Account& account, const std::vector<Run>& runs) {
  double reserved = 0;
  for (const Run& run : runs) {
    const auto* expected = expectation(account, run);
    if (expected == nullptr || !db::has_live_attempt(run)) { continue; }
    reserved += remaining_device_hours(run, *expected);
  }
  return reserved;
}

std::optional<std::string> held_by(const Run& run, const std::vector<Account>& accounts) {
  if (run.wanted != db::Wanted::run) { return std::nullopt; }
  if (run.state != db::State::waiting && run.state != db::State::running) { return std::nullopt; }
  for (const Account& account : accounts) {
    const auto* expected = expectation(account, run);
    if (expected == nullptr) { continue; }
    if (auto why = held_by(run, account, remaining_device_hours(run, *expected))) { return why; }
  }
  return std::nullopt;
}

std::optional<std::string> waits_for(const Run& run, const std::vector<Account>& accounts,
                                     const std::vector<Run>& runs) {
  for (const Account& account : accounts) {
    const auto* expected = expectation(account, run);
    if (expected == nullptr) { continue; }
    const double needs = remaining_device_hours(run, *expected);
    const double reserved = reserved_device_hours(account, runs);
    if (account.used_device_hours + reserved + needs <= account.ceiling.device_hours) { continue; }
    return fmt::format("{}: runs at work may take {:.3g} more, and it needs {:.3g}",
                       sum_text(account), reserved, needs);
  }
  return std::nullopt;
}

}  // namespace enigma::decide
