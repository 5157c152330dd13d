#include "orchestrator/controller/controller.h"

#include "orchestrator/attempts/placement.h"
#include "orchestrator/decide/reconcile.h"

#include <algorithm>
#include <set>
#include <utility>

namespace enigma {
namespace {

// An attempt that was heard over HTTP this recently needs no second road.
constexpr double kHeard_s = 2;
// A turn that comes this late has not been watching meanwhile: nobody is silent for that time.
constexpr double kGap_s = 30;

template <typename... Cases>
struct Overload : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overload(Cases...) -> Overload<Cases...>;

const std::string& run_of(const decide::Action& action) {
  return std::visit([](const auto& of) -> const std::string& { return of.run; }, action);
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
  void save(db::Store& store) const {
    std::vector<db::Run> list;
    for (const std::string& id : changed) { list.push_back(runs.at(id)); }
    if (!list.empty() || !events.empty()) { store.save(list, events); }
  }
};

Controller::Controller(ControllerOptions options, db::Store& store, decide::Executor& executor,
                       db::Time now)
    : options_(std::move(options)),
      store_(store),
      executor_(executor),
      watching_since_(now),
      last_turn_(now) {}

void Controller::turn(db::Time now) {
  if (now < last_turn_ || now - last_turn_ > kGap_s) { watching_since_ = now; }
  last_turn_ = now;
  const auto observations = executor_.observe(decide::watches(store_.load()));
  read_spools(observations, now);
  Changes changes(store_.load());
  apply(observations, changes, now);
  const auto actions = decide_turn(observations, changes, now);
  changes.save(store_);
  live_ = changes.runs;
  for (const decide::Action& action : actions) { perform(action, now); }
}

void Controller::read_spools(const std::vector<decide::Observation>& observations, db::Time now) {
  for (const decide::Observation& seen : observations) {
    const auto number = number_of(seen.state);
    const bool ended = std::holds_alternative<decide::Ended>(seen.state);
    if (!number || (!ended && is_heard(seen.token, now))) { continue; }
    const decide::Spool spool{seen.run, seen.token, *number, ended};
    while (read_part(spool, now) && ended) {}
    if (!ended) { continue; }
    heard_at_.erase(seen.token);
    spools_.erase(seen.token);
  }
}

bool Controller::is_heard(const std::string& token, db::Time now) const {
  const auto heard = heard_at_.find(token);
  // A time that lies ahead was noted before the clock was set back.
  return heard != heard_at_.end() && heard->second <= now && now - heard->second < kHeard_s;
}

// One part; true where there is more to be read.
bool Controller::read_part(const decide::Spool& spool, db::Time now) {
  if (!spools_.contains(spool.token)) { spools_[spool.token] = store_.spool_position(spool.token); }
  db::SpoolPosition& at = spools_.at(spool.token);
  const decide::SpoolPart part = decide::read_spool(executor_, spool, at);
  if (!part.lines.empty() && ingest_spool(store_, spool, part, now).status == 503) { return false; }
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
  return local::with_retry(options_.policy, local::placement_of(store_.run(run)->placement));
}

std::vector<decide::Action> Controller::decide_turn(
    const std::vector<decide::Observation>& observations, Changes& changes, db::Time now) const {
  decide::Snapshot snapshot{changes.all(), observations, {}, watching_since_};
  const auto places = static_cast<size_t>(std::max<int64_t>(options_.policy.slots, 1));
  for (size_t i = 0; i < std::min(snapshot.runs.size(), places); ++i) {
    snapshot.tokens.push_back(options_.fresh_token());
  }
  auto actions = decide::reconcile(snapshot, options_.policy, now);
  for (const decide::Action& action : actions) {
    const bool ends = std::holds_alternative<decide::Lose>(action);
    changes.take(decide::on_action(changes.runs.at(run_of(action)), action,
                                   ends ? policy_for(run_of(action)) : options_.policy,
                                   options_.executor, now));
  }
  return actions;
}

void Controller::perform(const decide::Action& action, db::Time now) {
  std::visit(Overload{[&](const decide::Submit& submission) { submit(submission, now); },
                      [&](const decide::Cancel& of) { executor_.cancel(of.run, of.token); },
                      [&](const decide::Settle& settlement) { settle(settlement, now); },
                      // Written down is all there is to these: the next turns stop the attempt.
                      [](const decide::Condemn&) {}, [](const decide::Lose&) {}},
             action);
}

void Controller::submit(const decide::Submit& action, db::Time now) {
  const auto row = store_.run(action.run);
  executor_.unmark(action.run);
  const auto answer =
      executor_.submit({action.run, action.token, row->run.slots, row->point_file, row->placement});
  if (answer.accepted) { return; }
  const auto change = decide::on_refusal(row->run, action.token, answer.why, now);
  store_.save({change.run}, change.events);
}

void Controller::settle(const decide::Settle& action, db::Time now) {
  if (!db::is_terminal(action.state)) { return; }
  if (action.state != db::State::failed) {
    executor_.mark(action.run, std::string(db::name_of(action.state)));
  }
  const auto change = decide::on_settled(store_.run(action.run)->run, now);
  store_.save({change.run}, change.events);
}

Reception Controller::on_reports(const std::string& body, const std::string& bearer, db::Time now) {
  if (bearer.empty()) { return {401, {}, "Authorization: Bearer TOKEN is needed"}; }
  const Batch batch = parse_batch(body);
  if (batch.status != 200) { return {batch.status, {}, batch.why}; }
  const std::string& run = batch.reports[0].run;
  const auto row = store_.run(run);
  if (!row) { return {404, {}, "no run " + run}; }
  const std::string token = token_of_bearer(row->run, options_.secret, bearer);
  if (token.empty()) { return {401, {}, "no attempt of this run has this token"}; }
  const Reception reception = ingest(store_, run, token, batch.reports, now);
  // What waits behind a gap is looked for in the spool.
  const bool whole = reception.answer.ack >= batch.reports.back().seq;
  if (reception.status == 200 && whole) { heard_at_[token] = now; }
  return reception;
}

bool Controller::request(const std::string& run, decide::Request request, db::Time now) {
  const db::Run before = store_.run(run)->run;
  const auto change = decide::on_request(before, request, now);
  if (change.run == before) { return false; }
  store_.save_request({change.run}, change.events);
  return true;
}

bool Controller::busy() const {
  return std::any_of(live_.begin(), live_.end(),
                     [](const auto& run) { return run.second.state != db::State::held; });
}

bool Controller::has_live_attempts() const {
  return std::any_of(live_.begin(), live_.end(),
                     [](const auto& run) { return db::has_live_attempt(run.second); });
}

}  // namespace enigma
