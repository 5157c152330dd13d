#include "tests/simulation/checker.h"

#include "orchestrator/starts/start.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace enigma::simulation {
namespace {

using db::Attempt;
using db::Run;
using db::State;
using Problems = std::vector<std::string>;

size_t resumes_of(const Host& host, const std::string& run) {
  const auto found = host.requested.find(run);
  if (found == host.requested.end()) { return 0; }
  return static_cast<size_t>(
      std::count(found->second.begin(), found->second.end(), decide::Request::resume));
}

bool was_asked(const Host& host, const std::string& run, decide::Request request) {
  const auto found = host.requested.find(run);
  return found != host.requested.end() &&
         std::count(found->second.begin(), found->second.end(), request) > 0;
}

bool was_cancelled(const Host& host, const std::string& run) {
  return was_asked(host, run, decide::Request::cancel);
}
bool was_held(const Host& host, const Run& run) {
  return was_asked(host, run.id, decide::Request::hold);
}

/// A scheduler has started a job again whose run had ended: it was given up at once.
bool is_unwanted_start(const Attempt& attempt) {
  return attempt.ending && attempt.ending->evidence_source == "scheduler" && attempt.seq == 0;
}

/// The attempt that has the last word.
const Attempt& last_attempt(const Run& run) {
  const auto last = std::find_if_not(run.attempts.rbegin(), run.attempts.rend(), is_unwanted_start);
  return last == run.attempts.rend() ? run.attempts.back() : *last;
}

/// Terminal is final, attempts are never forgotten, and nothing starts after the end.
void compare(const Run& before, const Run& now, bool resumed, Problems& problems) {
  if (now.attempts.size() < before.attempts.size()) {
    problems.push_back(now.id + ": attempts were forgotten");
  }
  for (size_t i = 0; i < std::min(before.attempts.size(), now.attempts.size()); ++i) {
    const Attempt &old = before.attempts[i], &is = now.attempts[i];
    if (old.token != is.token || is.seq < old.seq || (old.ending && !is.ending)) {
      problems.push_back(fmt::format("{}: attempt {} went back", now.id, i + 1));
    }
  }
  if (!db::is_terminal(before.state) || (resumed && before.state != State::done)) { return; }
  if (now.state != before.state) {
    problems.push_back(
        fmt::format("{}: {} became {}", now.id, db::name_of(before.state), db::name_of(now.state)));
  }
  for (size_t i = before.attempts.size(); i < now.attempts.size(); ++i) {
    if (!is_unwanted_start(now.attempts[i])) {
      problems.push_back(now.id + ": an attempt began after the end");
    }
  }
}

bool is_known(const Said& said, const Attempt& attempt) {
  return said.readable && said.report.seq <= attempt.seq;
}

bool said_eval(const World& world, const Attempt& attempt, int64_t step) {
  const Job* job = world.job(attempt.token);
  if (job == nullptr) { return false; }
  return std::any_of(job->said.begin(), job->said.end(), [&](const Said& said) {
    const auto* eval = std::get_if<protocol::Eval>(&said.report.body);
    return eval != nullptr && eval->step == step && is_known(said, attempt);
  });
}

/// A run is done because its current attempt said so at the target step, after an eval of it.
void check_done(const Run& run, const World& world, Problems& problems) {
  const Attempt& last = last_attempt(run);
  const Job* job = world.job(last.token);
  const bool said_done =
      job != nullptr && std::any_of(job->said.begin(), job->said.end(), [&](const Said& said) {
        const auto* done = std::get_if<protocol::Done>(&said.report.body);
        return done != nullptr && done->step >= run.target_step && is_known(said, last);
      });
  const bool evaluated = std::any_of(
      run.attempts.begin(), run.attempts.end(),
      [&](const Attempt& attempt) { return said_eval(world, attempt, run.target_step); });
  if (!said_done) { problems.push_back(run.id + ": done, but its current attempt never said so"); }
  if (!evaluated) { problems.push_back(run.id + ": done without an eval of the target step"); }
}

/// Whether no class's tries are used up, by the run's own rules.
bool has_tries_left(const Run& run, const World& world) {
  const auto policy = attempts::with_retry(
      world.options.policy, placement_of(world.options, std::stoll(run.id.substr(3))));
  for (const auto& [failure_class, rule] : policy.retry) {
    const auto counted = run.failures.find(std::string(protocol::name_of(failure_class)));
    if (counted != run.failures.end() && rule.max && counted->second > *rule.max) { return false; }
  }
  return true;
}

void check_state(const Run& run, const Host& host, const World& world, Problems& problems) {
  if (run.state == State::done) { check_done(run, world, problems); }
  const bool may_go_on = has_tries_left(run, world);
  if (run.state == State::failed && may_go_on) {
    problems.push_back(run.id + ": failed with tries left");
  }
  if ((run.state == State::running || run.state == State::waiting) && !may_go_on) {
    problems.push_back(run.id + ": goes on with no tries left");
  }
  if (run.state == State::cancelled && !was_cancelled(host, run.id)) {
    problems.push_back(run.id + ": cancelled, but nobody asked");
  }
  if (run.state == State::held && !was_held(host, run) && world.options.ceiling_s <= 0) {
    problems.push_back(run.id + ": held, but nobody asked");
  }
  if ((run.state == State::running) && !db::has_live_attempt(run)) {
    problems.push_back(run.id + ": running without a live attempt");
  }
  if ((run.state == State::waiting || run.state == State::held) && db::has_live_attempt(run)) {
    problems.push_back(run.id + ": resting with a live attempt");
  }
}

/// What counts as being silent must not happen where nothing is ever silent.
void check_silence(const Run& run, const World& world, Problems& problems) {
  if (allows_silence(world.options)) { return; }
  for (const Attempt& attempt : run.attempts) {
    if (attempt.ending && attempt.ending->evidence_source == "silence") {
      problems.push_back(run.id + ": an attempt was called silent that was never hidden");
    }
  }
}

/// Jobs of the world beside the table: each is known, and only one of a run may count.
void check_world(const std::map<std::string, Run>& runs, const World& world, Problems& problems) {
  int64_t counting_slots = 0;
  std::map<std::string, int64_t> counting;
  for (const Job& job : world.jobs) {
    const auto run = runs.find(job.run);
    const Attempt* attempt = run == runs.end() ? nullptr : db::attempt_of(run->second, job.token);
    if (attempt == nullptr && start_of(job.token) > 0) {
      continue;  // a start without us: it is seen, or taken out of the queue, by a later look
    }
    if (attempt == nullptr) {
      problems.push_back(job.run + ": a job that the table does not know");
      continue;
    }
    if (!job.lives()) { continue; }
    if (attempt->gone) {
      problems.push_back(job.run + ": a job lives whose end the table has seen");
    }
    if (attempt->ending) {
      continue;  // given up: it lives, but does not count
    }
    counting_slots += job.slots;
    if (++counting[job.run] > 1) { problems.push_back(job.run + ": two attempts count"); }
  }
  // What a scheduler starts again by itself asks for no place.
  if (!world.options.scheduler && counting_slots > world.options.slots) {
    problems.push_back(fmt::format("{} slots taken of {}", counting_slots, world.options.slots));
  }
}

double used_device_hours(const std::map<std::string, Run>& runs) {
  double used = 0;
  for (const auto& [id, run] : runs) {
    for (const Attempt& attempt : run.attempts) {
      used += db::wall_s(attempt) * static_cast<double>(attempt.world) / 3600;
    }
  }
  return used;
}

/// Whether the sweep has used up what it may.
bool is_used_up(const std::map<std::string, Run>& runs, const db::Store& store) {
  const auto ceilings = store.ceilings();
  return !ceilings.empty() && used_device_hours(runs) >= ceilings.at(0).device_hours;
}

/// What was submitted of a run by us since then.
bool has_new_submission(const Run& before, const Run& now) {
  return std::any_of(now.attempts.begin() + std::ssize(before.attempts), now.attempts.end(),
                     [](const Attempt& attempt) { return start_of(attempt.token) == 0; });
}

/// The ledger knows what was used, each second once.
void check_ledger(const std::map<std::string, Run>& runs, const Host& host, Problems& problems) {
  if (!host.controller().live_runs()) { return; }
  const auto accounts = host.controller().ledger().accounts({});
  if (accounts.empty() != host.store().ceilings().empty()) {
    problems.push_back("the controller does not know the sweep's ceiling");
  }
  if (accounts.empty()) { return; }
  const double known = accounts.at(0).used_device_hours, used = used_device_hours(runs);
  if (std::abs(known - used) > 1e-6) {
    problems.push_back(fmt::format("{} device-hours were used, the ledger says {}", used, known));
  }
}

/// What the controller has in memory is what it has written, no more and no less.
void check_memory(const std::map<std::string, Run>& runs, const Host& host, Problems& problems) {
  const auto& live = host.controller().live_runs();
  if (!live) { return; }
  for (const auto& [id, run] : runs) {
    const Run* known = live->find(id);
    if ((known == nullptr) != run.settled || (known != nullptr && *known != run)) {
      problems.push_back(id + ": the controller's memory is not what the store has");
    }
  }
}

void check_acknowledged(const std::map<std::string, Run>& runs, const Host& host,
                        Problems& problems) {
  std::map<std::string, int64_t> committed;
  for (const auto& [id, run] : runs) {
    for (const Attempt& attempt : run.attempts) { committed[attempt.token] = attempt.seq; }
  }
  for (const auto& [token, ack] : host.acknowledged) {
    if (committed[token] < ack) {
      problems.push_back(
          fmt::format("{}: {} was acknowledged, {} is known", token, ack, committed[token]));
    }
  }
  for (const auto& [id, times] : host.submitted) {
    if (times != 1) { problems.push_back(id + ": was added twice"); }
    if (!runs.contains(id)) { problems.push_back(id + ": was submitted and is lost"); }
  }
}

/// How often the events of a run tell of each line of a job's spool.
std::map<int64_t, int64_t> lines_told(const Run& run, const Job& job, const db::Store& store) {
  std::map<int64_t, int64_t> told;
  const std::string before = fmt::format("attempt {}: line ", job.number);
  for (const db::Event& event : store.events_of(run.id)) {
    if (event.kind == "bad_line" && event.text.starts_with(before)) {
      ++told[std::stoll(event.text.substr(before.size()))];
    }
  }
  return told;
}

/// Reports whose line was told as bad: its rest could not be seen yet when the attempt had ended. A
/// post may have brought them all the same.
std::set<int64_t> seqs_cut(const Job& job, std::map<int64_t, int64_t> told) {
  std::set<int64_t> seqs;
  for (size_t i = 0; i < job.lines.size(); ++i) {
    const Line& line = job.lines[i];
    const bool is_told = told[static_cast<int64_t>(i) + 1] > 0;
    if (is_told && (!line.told || line.end > job.shown)) { seqs.insert(line.seq); }
  }
  return seqs;
}

/// Reports of one kind that are known: `sure` are those that no cut line has brought.
struct Count {
  int64_t sure = 0, known = 0;
};
template <typename Body>
void count_said(const Job& job, const Attempt& attempt, const std::set<int64_t>& cut,
                Count& count) {
  for (const Said& said : job.said) {
    if (!is_known(said, attempt) || !std::holds_alternative<Body>(said.report.body)) { continue; }
    ++count.known;
    count.sure += cut.contains(said.report.seq) ? 0 : 1;
  }
}

/// Whether the attempt's end was seen, its spool having been read before.
bool is_judged(const Attempt& attempt) {
  return attempt.ending && attempt.gone && attempt.ending->evidence_source != "silence" &&
         attempt.ending->evidence_source != "timeout";
}

/// Of an attempt whose end a scheduler tells, a line without its newline may yet go on.
bool is_waited_for(const Line& line, const Job& job, const Attempt& attempt) {
  return attempt.ending->evidence_source != "scheduler" ||
         job.spool.at(static_cast<size_t>(line.end) - 1) == '\n';
}

/// What the controller was shown of a spool it knows, whatever stood in between; a line that can't
/// be read is told once, and no other, but for the one whose rest was not visible at the end.
void check_spool(const Run& run, const Attempt& attempt, const Job& job, const db::Store& store,
                 Problems& problems) {
  auto told = lines_told(run, job, store);
  for (size_t i = 0; i < job.lines.size(); ++i) {
    const Line& line = job.lines[i];
    const auto number = static_cast<int64_t>(i) + 1;
    const int64_t times = told[number];
    const bool read =
        is_judged(attempt) && line.end <= job.shown && is_waited_for(line, job, attempt);
    if (read && line.seq > attempt.seq) {
      problems.push_back(fmt::format("{}: line {} of its spool was lost", run.id, number));
    }
    if (times > 1 || (times == 0 && line.told && read)) {
      problems.push_back(fmt::format("{}: bad line {} was told {} times", run.id, number, times));
    }
    if (times == 1 && !line.told && line.end <= job.shown) {
      problems.push_back(fmt::format("{}: line {} was called bad", run.id, number));
    }
  }
}

/// Every committed report has left its rows, and nothing else has.
void check_rows(const Run& run, const Host& host, const World& world, Problems& problems) {
  Count metrics, evals, checkpoints;
  for (const Attempt& attempt : run.attempts) {
    const Job* job = world.job(attempt.token);
    if (job == nullptr) { continue; }
    if (!is_unwanted_start(attempt)) { check_spool(run, attempt, *job, host.store(), problems); }
    const auto cut = seqs_cut(*job, lines_told(run, *job, host.store()));
    count_said<protocol::Metrics>(*job, attempt, cut, metrics);
    count_said<protocol::Eval>(*job, attempt, cut, evals);
    count_said<protocol::Checkpoint>(*job, attempt, cut, checkpoints);
  }
  const db::Store& store = host.store();
  const auto same = [&](const char* kind, const Count& count, int64_t rows) {
    if (count.sure <= rows && rows <= count.known) { return; }
    problems.push_back(fmt::format("{}: its rows are not what was reported: {} rows of {} {}",
                                   run.id, rows, count.known, kind));
  };
  same("metrics", metrics, std::ssize(store.metrics(run.id, true)));
  same("evals", evals, std::ssize(store.evals(run.id, true)));
  same("checkpoints", checkpoints, std::ssize(store.checkpoints(run.id)));
  int64_t last = 0;
  for (const db::MetricsRow& row : store.metrics(run.id)) {
    if (row.step <= last) { problems.push_back(run.id + ": its history goes back"); }
    last = row.step;
  }
  if (run.state == State::done && last > run.target_step) {
    problems.push_back(run.id + ": its history goes beyond the target");
  }
}

/// A mark keeps jobs from starting: a run that was never submitted has none, and needs none.
std::string mark_needed(const Run& run) {
  return run.attempts.empty() ? "" : std::string(db::name_of(run.state));
}

std::map<std::string, Run> runs_by_id(const Host& host) {
  std::map<std::string, Run> runs;
  for (const Run& run : host.store().runs()) { runs[run.id] = run; }
  return runs;
}

}  // namespace

std::vector<std::string> Checker::check(const Host& host, const World& world) {
  Problems problems;
  const std::map<std::string, Run> runs = runs_by_id(host);
  const bool may_start = !used_up_ || host.store().ceilings().empty();
  for (const auto& [id, run] : runs) {
    const size_t resumes = resumes_of(host, id);
    if (const auto seen = before_.find(id); seen != before_.end()) {
      compare(seen->second.run, run, resumes != seen->second.resumes, problems);
      if (!may_start && has_new_submission(seen->second.run, run)) {
        problems.push_back(id + ": was started though the sweep's ceiling was used up");
      }
    }
    before_[id] = {run, resumes};
    check_state(run, host, world, problems);
    check_silence(run, world, problems);
  }
  check_world(runs, world, problems);
  check_memory(runs, host, problems);
  check_ledger(runs, host, problems);
  used_up_ = is_used_up(runs, host.store());
  check_acknowledged(runs, host, problems);
  return problems;
}

std::vector<std::string> Checker::check_end(const Host& host, const World& world) {
  Problems problems = check(host, world);
  for (const auto& [id, run] : runs_by_id(host)) {
    if (!run.settled) {
      problems.push_back(fmt::format("{}: still {} ({})", id, db::name_of(run.state), run.why));
    }
    check_rows(run, host, world, problems);
    const auto folder = world.folders.find(id);
    const std::string mark = folder == world.folders.end() ? "" : folder->second.mark;
    if (run.state != State::failed && mark != mark_needed(run)) {
      problems.push_back(id + ": ended, but its mark says '" + mark + "'");
    }
  }
  for (const Job& job : world.jobs) {
    if (job.phase != Job::Phase::ended) {
      problems.push_back(job.run + ": a job is left that nobody looks after");
    }
  }
  return problems;
}

}  // namespace enigma::simulation
