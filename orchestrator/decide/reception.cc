#include "orchestrator/decide/reception.h"

#include "orchestrator/decide/ending.h"
#include "orchestrator/decide/move.h"
#include "orchestrator/decide/transition.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace enigma::decide {
namespace {

using db::Attempt;
using db::Run;
using db::State;

/// A run, its current attempt, and what to tell people; one for each batch.
struct Target {
  Run& run;
  Attempt& attempt;
  std::vector<db::Event>& events;
  db::Time now;

  void tell(const std::string& kind, const std::string& text) const {
    events.push_back({0, now, run.id, kind, label_of(run, attempt) + ": " + text});
  }
};

/// The newest checkpoint of earlier attempts before `step`: from there this attempt has gone on.
std::optional<int64_t> resumed_from(const Run& run, const Attempt& attempt, int64_t step) {
  std::optional<int64_t> best;
  for (const Attempt& earlier : run.attempts) {
    if (&earlier == &attempt) { break; }
    for (const int64_t checkpoint : earlier.checkpoint_steps) {
      if (checkpoint < step) { best = std::max(best.value_or(checkpoint), checkpoint); }
    }
  }
  return best;
}

/// Whether an eval of this step is in the run's current history.
bool is_evaluated(const Run& run, int64_t step) {
  for (auto attempt = run.attempts.rbegin(); attempt != run.attempts.rend(); ++attempt) {
    if (attempt->progress.evaluated_step == step) { return true; }
    if (attempt->first_step && attempt->resumed_from_step.value_or(0) < step) { return false; }
  }
  return false;
}

void apply(const Target& at, const protocol::Hello& hello) {
  at.attempt.world = std::max<int64_t>(1, hello.world);
  at.attempt.devices = hello.devices;
  at.attempt.revision = hello.revision;
  at.tell("started", fmt::format("{} rank(s)", at.attempt.world));
}
void apply(const Target& at, const protocol::Metrics& metrics) {
  if (!at.attempt.first_step) {
    at.attempt.first_step = metrics.step;
    at.attempt.resumed_from_step = resumed_from(at.run, at.attempt, metrics.step);
  }
  at.attempt.progress.step = metrics.step;
  at.attempt.progress.flops = metrics.flops;
}
void apply(const Target& at, const protocol::Eval& eval) {
  at.attempt.progress.evaluated_step = eval.step;
}
void apply(const Target& at, const protocol::Checkpoint& checkpoint) {
  at.attempt.progress.checkpoint_step = checkpoint.step;
  at.attempt.checkpoint_steps.push_back(checkpoint.step);
}
// Steps that do not count take along what was said of them: a worker may have gone back behind
// them.
void apply(const Target& at, const protocol::Skipped& skipped) {
  db::Progress& progress = at.attempt.progress;
  progress.step = std::min(progress.step, std::max<int64_t>(skipped.from - 1, 0));
  if (progress.evaluated_step >= skipped.from) { progress.evaluated_step.reset(); }
  at.tell("skipped", fmt::format("steps {} to {}: {}", skipped.from, skipped.to, skipped.why));
}
void apply(const Target& at, const protocol::Preempted& preempted) {
  at.tell("preempted", fmt::format("at step {}", preempted.step));
}
void apply(const Target& at, const protocol::Failed& failed) {
  const auto failure_class = protocol::failure_class_named(failed.failure_class);
  at.attempt.said_failure =
      db::Verdict{failure_class.value_or(protocol::FailureClass::code), failed.line};
  at.tell("said_failed", failed.failure_class + ": " + failed.line);
}
void apply(const Target& at, const protocol::Done& done) {
  // The word of an earlier attempt is no end: the current one finds its checkpoint, and says so.
  if (at.run.state == State::done || &at.attempt != &at.run.attempts.back()) { return; }
  if (done.step < at.run.target_step || !is_evaluated(at.run, done.step)) {
    at.tell("done_refused", fmt::format("done at step {} does not count: the target is step {}, "
                                        "with an eval of that step reported before",
                                        done.step, at.run.target_step));
    return;
  }
  at.attempt.progress.step = done.step;
  at.attempt.progress.flops = done.flops;
  move(at.run, State::done, fmt::format("done at step {}", done.step));
  at.tell("done", fmt::format("step {}", done.step));
}

void apply_report(const Target& at, const protocol::Report& report) {
  if (!at.attempt.identity) { at.attempt.identity = report.attempt; }
  if (!at.attempt.started_at) { at.attempt.started_at = report.at; }
  at.attempt.progress.reported_at = at.now;
  at.attempt.progress.said_at = report.at;
  at.attempt.seq = report.seq;
  std::visit([&](const auto& body) { apply(at, body); }, report.body);
}

bool is_other_process(const Attempt& attempt, const std::vector<protocol::Report>& reports) {
  if (reports.empty()) { return false; }
  const protocol::Identity first = attempt.identity.value_or(reports.front().attempt);
  return std::any_of(reports.begin(), reports.end(),
                     [&](const protocol::Report& report) { return report.attempt != first; });
}

Receipt refused(Reception reception) {
  Receipt receipt;
  receipt.reception = reception;
  receipt.command = protocol::Command::stop;
  return receipt;
}

/// Why reports under this token are refused. Nothing: they are taken, as the current attempt's.
std::optional<Receipt> refusal(const Run& run, std::string_view token) {
  if (db::attempt_of(run, token) == nullptr) { return refused(Reception::unauthorized); }
  const bool given_up = run.state == State::failed || run.state == State::cancelled;
  if (run.attempts.back().token != token || given_up) { return refused(Reception::fenced); }
  return std::nullopt;
}

/// The attempt whose spool counts: the current one, and an earlier one, whose end nobody saw, until
/// one after it has reported. Its worker may write until the next goes on from what it left.
Attempt* readable(Run& run, std::string_view token) {
  if (run.state == State::failed || run.state == State::cancelled) { return nullptr; }
  for (Attempt& attempt : run.attempts | std::views::reverse) {
    const bool is_current = &attempt == &run.attempts.back();
    if (attempt.token == token) {
      return is_current || db::may_have_written_on(attempt) ? &attempt : nullptr;
    }
    if (attempt.seq > 0) { return nullptr; }
  }
  return nullptr;
}

Receipt begin(const Attempt& attempt) {
  Receipt receipt;
  receipt.delivery.token = attempt.token;
  receipt.delivery.seq_before = attempt.seq;
  return receipt;
}

Receipt finish(Receipt receipt, Run run) {
  const Attempt& attempt = run.attempts.back();
  receipt.ack = attempt.seq;
  const bool unwanted = run.wanted != db::Wanted::run || attempt.condemned || attempt.ending;
  if (unwanted && run.state != State::done) { receipt.command = protocol::Command::stop; }
  receipt.delivery.run = std::move(run);
  return receipt;
}

/// Why the line doesn't count, or what is wrong with it though it does. Empty: nothing.
std::string wrong_with(const SpoolLine& line, const Attempt& attempt) {
  const bool foreign = line.report && attempt.identity && line.report->attempt != *attempt.identity;
  return foreign ? "attempt: expected the process that reported first" : line.wrong;
}

void apply_line(const Target& at, const SpoolLine& line, std::vector<protocol::Report>& fresh) {
  const std::string wrong = wrong_with(line, at.attempt);
  if (!wrong.empty()) { at.tell("bad_line", fmt::format("line {}: {}", line.number, wrong)); }
  if (!line.report || wrong != line.wrong || line.report->seq <= at.attempt.seq) { return; }
  apply_report(at, *line.report);
  fresh.push_back(*line.report);
}

}  // namespace

Receipt receive(Run run, std::string_view token, const std::vector<protocol::Report>& reports,
                db::Time now) {
  if (auto no = refusal(run, token)) { return *std::move(no); }
  Attempt& attempt = run.attempts.back();
  if (is_other_process(attempt, reports)) { return refused(Reception::fenced); }
  Receipt receipt = begin(attempt);
  const Target at{run, attempt, receipt.delivery.events, now};
  for (const protocol::Report& report : reports) {
    if (report.seq <= attempt.seq) { continue; }
    if (report.seq != attempt.seq + 1) { break; }
    apply_report(at, report);
    receipt.delivery.reports.push_back(report);
  }
  return finish(std::move(receipt), std::move(run));
}

Receipt receive_spool(Run run, const Spool& spool, const SpoolPart& part, db::Time now) {
  Attempt* found = readable(run, spool.token);
  if (found == nullptr) {
    const bool known = db::attempt_of(run, spool.token) != nullptr;
    return refused(known ? Reception::fenced : Reception::unauthorized);
  }
  Attempt& attempt = *found;
  Receipt receipt = begin(attempt);
  attempt.number = spool.number;
  const Target at{run, attempt, receipt.delivery.events, now};
  for (const SpoolLine& line : part.lines) { apply_line(at, line, receipt.delivery.reports); }
  receipt.delivery.spool = part.next;
  return finish(std::move(receipt), std::move(run));
}

}  // namespace enigma::decide
