#include "orchestrator/controller/controller.h"

#include "orchestrator/attempts/placement.h"
#include "orchestrator/decide/reconcile.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace enigma {
namespace {

// Where a batch came over HTTP this recently, the spool need not be read.
constexpr double kPosted_s = 2;
// A turn that comes this late has not been watching meanwhile: nobody is silent for that time.
constexpr double kGap_s = 30;
// Nodes are judged this often, where runs are submitted.
constexpr double kJudge_s = 10;
// A turn submits so many runs at most: each takes some files, and requests wait meanwhile. It is
// the longest array, too (the default of Slurm's MaxArraySize is 1001).
constexpr size_t kSubmitMax = 100;

template <typename... Cases>
struct Overload : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overload(Cases...) -> Overload<Cases...>;

const std::string& run_of(const decide::Action& action) {
  return std::visit([](const auto& of) -> const std::string& { return of.run; }, action);
}

/// Runs that a ceiling holds from now on.
std::set<std::string> held_back(const std::vector<decide::Action>& actions) {
  std::set<std::string> runs;
  for (const decide::Action& action : actions) {
    if (std::holds_alternative<decide::HoldBack>(action)) { runs.insert(run_of(action)); }
  }
  return runs;
}

std::optional<int64_t> number_of(const decide::JobState& state) {
  if (const auto* running = std::get_if<decide::Running>(&state)) { return running->number; }
  if (const auto* ended = std::get_if<decide::Ended>(&state)) { return ended->number; }
  return std::nullopt;
}

}  // namespace

/// The runs of a turn as they become, which of them changed, and what to tell.
struct Controller::Changes {
  std::map<std::string, db::Run> runs;
  std::set<std::string> changed;
  std::vector<db::Event> events;

  explicit Changes(const std::vector<db::Run>& loaded) {
    for (const db::Run& run : loaded) { runs[run.id] = run; }
  }
  void take(decide::Change&& change) {
    db::Run& run = runs[change.run.id];
    if (run == change.run && change.events.empty()) { return; }
    changed.insert(change.run.id);
    run = std::move(change.run);
    events.insert(events.end(), change.events.begin(), change.events.end());
  }
  std::vector<db::Run> all() const {
    std::vector<db::Run> list;
    for (const auto& [id, run] : runs) { list.push_back(run); }
    return list;
  }
  std::vector<db::Run> changed_runs() const {
    std::vector<db::Run> list;
    for (const std::string& id : changed) { list.push_back(runs.at(id)); }
    return list;
  }
};

Controller::Controller(ControllerOptions options, db::Store& store, decide::Executors executors,
                       db::Time now)
    : options_(std::move(options)),
      store_(store),
      executors_(std::move(executors)),
      watching_since_(now),
      last_turn_(now) {}

void Controller::turn(db::Time now) {
  if (now < last_turn_ || now - last_turn_ > kGap_s) { watching_since_ = now; }
  last_turn_ = now;
  const auto observations = executors_.observe(decide::watches(runs_of_turn(now)));
  read_spools(observations, now);
  Changes changes(runs_of_turn(now));
  apply(observations, changes, now);
  const auto actions = decide_turn(observations, changes, now);
  save(changes.changed_runs(), changes.events, held_back(actions));
  for (const decide::Action& action : actions) { perform(action); }
  submit_all(actions, now);
  settle(actions, now);
}

LiveRuns& Controller::live() {
  if (!live_) {
    ledger_ = Ledger(store_.ceilings(), store_.charges());
    live_.emplace(store_.load(), options_.policy);
  }
  return *live_;
}

void Controller::remember(db::Run run) {
  LiveRuns& runs = live();
  ledger_.put(run);
  if (run.state == db::State::held || db::is_terminal(run.state)) { stop_rules_.forget(run.id); }
  runs.put(std::move(run));
}

std::vector<db::Run> Controller::runs_of_turn(db::Time now) {
  return live().for_turn(now, [this](const db::Run& run) { return ledger_.holds(run); });
}

std::optional<db::Run> Controller::known(const std::string& run) {
  if (const db::Run* found = live().find(run)) { return *found; }
  auto row = store_.run(run);
  return row ? std::optional(std::move(row->run)) : std::nullopt;
}

void Controller::save(const std::vector<db::Run>& runs, const std::vector<db::Event>& events,
                      const std::set<std::string>& asked) {
  store_.save(runs, events, asked);
  for (const db::Run& run : runs) { remember(run); }
}

// A commit that was refused found another run in the store than the one in memory.
void Controller::keep(const Reception& reception) {
  if (reception.status == 503) { live_.reset(); }
  if (!reception.run) { return; }
  remember(*reception.run);
  if (reception.run->state == db::State::running) {
    stop_rules_.take(store_, *reception.run, reception.reports);
  }
}

void Controller::read_spools(const std::vector<decide::Observation>& observations, db::Time now) {
  for (const decide::Observation& seen : observations) {
    const auto number = number_of(seen.state);
    const auto* end = std::get_if<decide::Ended>(&seen.state);
    const bool ended = end != nullptr;
    if (!number || (!ended && has_posted(seen.token, now))) { continue; }
    read_earlier(seen.run, seen.token, now);
    // Where a scheduler tells the end, the last line may yet be written to its own.
    const bool is_whole = ended && (end->code || end->signal != 0 || !end->cause);
    const decide::Spool spool{seen.run, seen.token, *number, is_whole};
    while (read_part(spool, now) && ended) {}
    if (!ended) { continue; }
    posted_at_.erase(seen.token);
    spools_.erase(seen.token);
  }
}

// Before the first word of an attempt, the last ones of those before it: it goes on from there, and
// their ends may have been told while they still wrote.
void Controller::read_earlier(const std::string& id, const std::string& token, db::Time now) {
  const db::Run* run = live().find(id);
  const db::Attempt* attempt = run == nullptr ? nullptr : db::attempt_of(*run, token);
  if (attempt == nullptr || attempt->seq > 0) { return; }
  std::vector<decide::Spool> spools;
  for (const db::Attempt& earlier : run->attempts) {
    if (&earlier == attempt) { break; }
    if (earlier.number && db::may_have_written_on(earlier)) {
      spools.push_back({id, earlier.token, *earlier.number, false});
    }
  }
  for (const decide::Spool& spool : spools) {
    while (read_part(spool, now)) {}
    spools_.erase(spool.token);
  }
}

bool Controller::has_posted(const std::string& token, db::Time now) const {
  const auto posted = posted_at_.find(token);
  // A time that lies ahead was noted before the clock was set back.
  return posted != posted_at_.end() && posted->second <= now && now - posted->second < kPosted_s;
}

// One part; true where there is more to be read.
bool Controller::read_part(const decide::Spool& spool, db::Time now) {
  if (!spools_.contains(spool.token)) { spools_[spool.token] = store_.spool_position(spool.token); }
  db::SpoolPosition& at = spools_.at(spool.token);
  const db::Run run = *known(spool.run);
  const db::Attempt* attempt = db::attempt_of(run, spool.token);
  // A start that followed without us is an attempt from the next turn on.
  if (attempt == nullptr) { return false; }
  const decide::SpoolPart part = decide::read_spool(executors_.of(attempt->executor), spool, at);
  if (!part.lines.empty()) {
    const Reception reception = ingest_spool(store_, run, spool, part, now);
    keep(reception);
    if (reception.status == 503) { return false; }
  }
  at = part.next;
  return part.more;
}

void Controller::apply(const std::vector<decide::Observation>& observations, Changes& changes,
                       db::Time now) const {
  for (const decide::Observation& seen : observations) {
    const auto run = changes.runs.find(seen.run);
    if (run == changes.runs.end()) { continue; }
    const bool ended = std::holds_alternative<decide::Ended>(seen.state);
    changes.take(decide::on_observation(run->second, seen,
                                        ended ? policy_for(seen.run) : options_.policy, now));
  }
}

// The sweep's own retry rules, asked for where an attempt ends.
decide::Policy Controller::policy_for(const std::string& run) const {
  return attempts::with_retry(options_.policy, attempts::placement_of(store_.run(run)->placement));
}

// BASE.INDEX: what a turn submits to a scheduler in one call has one base, and small indices.
std::vector<std::string> Controller::fresh_tokens(size_t runs) const {
  int64_t most = std::max<int64_t>(options_.policy.slots, 1);
  for (const auto& [executor, size] : options_.policy.queue_max) { most += size; }
  const size_t count = std::min({runs, static_cast<size_t>(most), kSubmitMax});
  std::vector<std::string> tokens;
  if (count == 0) { return tokens; }
  const std::string base = options_.fresh_token();
  for (size_t index = 0; index < count; ++index) {
    tokens.push_back(fmt::format("{}.{}", base, index));
  }
  return tokens;
}

// From what has ended lately; told where a node is newly left out.
void Controller::judge_nodes(db::Time now) {
  nodes_judged_at_ = now;
  const auto& rules = options_.policy.nodes;
  auto judged = decide::health_of_nodes(store_.node_visits(now - rules.memory_s), rules, now);
  std::vector<db::Event> events;
  for (const auto& [name, health] : judged) {
    const auto before = nodes_.find(name);
    const bool was_out = before != nodes_.end() && before->second.excluded;
    if (!health.excluded || was_out) { continue; }
    events.push_back({0, now, "", "node_excluded",
                      fmt::format("{}, for {:.0f} min: {}", name,
                                  (health.excluded->until - now) / 60, health.excluded->reason)});
  }
  nodes_ = std::move(judged);
  if (!events.empty()) { store_.save({}, events); }
}

std::vector<decide::Action> Controller::decide_turn(
    const std::vector<decide::Observation>& observations, Changes& changes, db::Time now) {
  decide::Snapshot snapshot{changes.all(), observations, {}, watching_since_, limits_};
  snapshot.accounts = ledger_.accounts(snapshot.runs);
  snapshot.stopped = stop_rules_.stopped(store_);
  snapshot.tokens = fresh_tokens(snapshot.runs.size());
  auto actions = decide::reconcile(snapshot, options_.policy, now);
  for (const decide::Action& action : actions) {
    const bool ends = std::holds_alternative<decide::DeclareLost>(action);
    changes.take(decide::on_action(changes.runs.at(run_of(action)), action,
                                   ends ? policy_for(run_of(action)) : options_.policy, now));
  }
  return actions;
}

void Controller::perform(const decide::Action& action) {
  std::visit(Overload{[&](const decide::Cancel& of) { cancel(of); },
                      // submit_all() and settle() see to all of theirs.
                      [](const decide::Submit&) {}, [](const decide::Settle&) {},
                      // Written down is all there is to these: the next turns stop the attempt.
                      [](const decide::GiveUp&) {}, [](const decide::DeclareLost&) {},
                      [](const decide::HoldBack&) {}},
             action);
}

decide::Submission Controller::submission_of(const decide::Submit& action) const {
  auto row = store_.run(action.run);
  const db::Attempt& attempt = *db::attempt_of(row->run, action.token);
  return {attempt.executor,
          action.run,
          action.token,
          row->run.slots,
          std::move(row->point_file),
          std::move(row->placement),
          decide::excluded_nodes(nodes_)};
}

// One call an executor: a scheduler takes many at once.
void Controller::submit_all(const std::vector<decide::Action>& actions, db::Time now) {
  std::map<std::string, std::vector<decide::Submission>> by_executor;
  for (const decide::Action& action : actions) {
    const auto* submit = std::get_if<decide::Submit>(&action);
    if (submit == nullptr) { continue; }
    if (now - nodes_judged_at_ >= kJudge_s || now < nodes_judged_at_) { judge_nodes(now); }
    decide::Submission submission = submission_of(*submit);
    executors_.of(submission.executor).unmark(submission.run);
    by_executor[submission.executor].push_back(std::move(submission));
  }
  for (const auto& [name, submissions] : by_executor) {
    const auto answers = executors_.of(name).submit_all(submissions);
    take_answers(submissions, answers, now);
    learn_limit(name, std::ranges::any_of(answers, &decide::SubmitAnswer::is_limit), now);
  }
}

void Controller::take_answers(const std::vector<decide::Submission>& submissions,
                              const std::vector<decide::SubmitAnswer>& answers, db::Time now) {
  std::vector<db::Run> changed;
  std::vector<db::Event> events;
  for (size_t i = 0; i < submissions.size(); ++i) {
    if (answers[i].accepted) { continue; }
    const auto& take = answers[i].is_limit ? decide::on_queue_full : decide::on_refusal;
    auto change = take(*known(submissions[i].run), submissions[i].token, answers[i].why, now);
    changed.push_back(std::move(change.run));
    events.insert(events.end(), change.events.begin(), change.events.end());
  }
  if (!changed.empty()) { save(changed, events); }
}

// What stands in the executor's queue after a submission says how much it takes.
void Controller::learn_limit(const std::string& executor, bool refused, db::Time now) {
  if (!refused && !limits_.contains(executor)) { return; }
  const decide::Snapshot after{runs_of_turn(now), {}, {}, watching_since_, {}};
  const int64_t runs = decide::slots_used(after, options_.policy)[executor];
  limits_[executor] = decide::after_submitting(limits_[executor], runs, refused, now);
}

void Controller::cancel(const decide::Cancel& action) {
  const db::Run run = *known(action.run);
  executors_.of(db::attempt_of(run, action.token)->executor).cancel(action.run, action.token);
}

// Marks first, then one commit: a mark that is written again does no harm.
void Controller::settle(const std::vector<decide::Action>& actions, db::Time now) {
  std::vector<db::Run> settled;
  for (const decide::Action& action : actions) {
    const auto* settlement = std::get_if<decide::Settle>(&action);
    const db::Run* run = settlement ? live().find(settlement->run) : nullptr;
    if (run == nullptr || !db::is_terminal(run->state)) {
      continue;  // held, or settled already
    }
    if (settled.size() == LiveRuns::kEndedMax) {
      break;  // the next turn goes on
    }
    if (run->state != db::State::failed) {
      executors_.of(run->executor).mark(run->id, std::string(db::name_of(run->state)));
    }
    settled.push_back(decide::on_settled(*run, now).run);
  }
  save(settled, {});
}

Reception Controller::on_reports(const std::string& body, const std::string& bearer, db::Time now) {
  if (bearer.empty()) { return {401, {}, "Authorization: Bearer TOKEN is needed", {}}; }
  const Batch batch = parse_batch(body);
  if (batch.status != 200) { return {batch.status, {}, batch.why, {}}; }
  const std::string& id = batch.reports[0].run;
  auto run = known(id);
  if (!run) { return {404, {}, "no run " + id, {}}; }
  const std::string token = token_of_bearer(*run, options_.secret, bearer);
  if (token.empty()) { return {401, {}, "no attempt of this run has this token", {}}; }
  if (db::attempt_of(*run, token)->seq == 0) {
    read_earlier(id, token, now);
    run = known(id);
  }
  const Reception reception = ingest(store_, *run, token, batch.reports, now);
  keep(reception);
  // What waits behind a gap is looked for in the spool.
  const bool whole = reception.answer.ack >= batch.reports.back().seq;
  if (reception.status == 200 && whole) { posted_at_[token] = now; }
  return reception;
}

std::vector<std::string> Controller::request(const std::vector<db::Run>& runs,
                                             decide::Request request, db::Time now) {
  std::vector<std::string> ids;
  std::vector<db::Run> changed;
  std::vector<db::Event> events;
  for (const db::Run& run : runs) {
    auto change = decide::on_request(run, request, now);
    if (change.run == run) { continue; }
    ids.push_back(run.id);
    events.insert(events.end(), change.events.begin(), change.events.end());
    changed.push_back(std::move(change.run));
  }
  store_.save_request(changed, events);
  for (db::Run& run : changed) { remember(std::move(run)); }
  return ids;
}

// Of known runs, slots and priority may have followed. Where anything fails, memory is read anew.
std::vector<std::string> Controller::add(const std::string& sweep, const std::string& spec,
                                         const std::vector<db::NewPoint>& points, db::Time now,
                                         const std::optional<db::Ceiling>& ceiling) {
  LiveRuns runs = std::move(live());
  live_.reset();
  const int64_t written = store_.rows_written();
  auto added = store_.submit_sweep(sweep, spec, points, now, ceiling);
  if (store_.rows_written() == written) {
    live_ = std::move(runs);
    return added;
  }
  ledger_ = Ledger(store_.ceilings(), store_.charges());
  for (db::Run& run : store_.runs_of(sweep)) { runs.put(std::move(run)); }
  live_ = std::move(runs);
  return added;
}

db::ForecastRow Controller::freeze(db::ForecastRow forecast, db::Time now) {
  forecast.at = now;
  return store_.freeze(forecast);
}

}  // namespace enigma
