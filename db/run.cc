#include "db/run.h"

#include <algorithm>
#include <array>
#include <utility>

namespace enigma::db {
namespace {

constexpr std::array<std::pair<State, std::string_view>, 6> kStates{{
    {State::waiting, "waiting"},
    {State::running, "running"},
    {State::held, "held"},
    {State::done, "done"},
    {State::failed, "failed"},
    {State::cancelled, "cancelled"},
}};

constexpr std::array<std::pair<Wanted, std::string_view>, 3> kWanted{{
    {Wanted::run, "run"},
    {Wanted::cancel, "cancel"},
    {Wanted::hold, "hold"},
}};

}  // namespace

std::string_view name_of(State state) {
  return kStates[static_cast<size_t>(state)].second;
}

std::optional<State> state_named(std::string_view name) {
  for (const auto& [value, text] : kStates) {
    if (text == name) { return value; }
  }
  return std::nullopt;
}

bool is_terminal(State state) {
  return state == State::done || state == State::failed || state == State::cancelled;
}

std::string_view name_of(Wanted wanted) {
  return kWanted[static_cast<size_t>(wanted)].second;
}

std::optional<Wanted> wanted_named(std::string_view name) {
  for (const auto& [value, text] : kWanted) {
    if (text == name) { return value; }
  }
  return std::nullopt;
}

bool has_live_attempt(const Run& run) {
  return !run.attempts.empty() && !run.attempts.back().ending;
}

bool may_have_written_on(const Attempt& attempt) {
  if (!attempt.ending) { return false; }
  const std::string& source = attempt.ending->evidence_source;
  return source == "scheduler" || (!attempt.gone && (source == "silence" || source == "timeout"));
}

const Attempt* attempt_of(const Run& run, std::string_view token) {
  for (const Attempt& attempt : run.attempts) {
    if (attempt.token == token) { return &attempt; }
  }
  return nullptr;
}

double wall_s(const Attempt& attempt) {
  if (!attempt.started_at) { return 0; }
  return std::max(0.0, attempt.progress.said_at - *attempt.started_at);
}

double wall_s(const Run& run) {
  double sum = 0;
  for (const Attempt& attempt : run.attempts) { sum += wall_s(attempt); }
  return sum;
}

}  // namespace enigma::db
