#include "tests/simulation/host.h"

#include "orchestrator/decide/reconcile.h"

#include <fmt/format.h>

#include <set>

namespace enigma::simulation {
namespace {

constexpr double kGap_s = 30;

/// The runs of a turn as they become, which of them changed, and what to tell.
struct Turn {
  std::map<std::string, db::Run> runs;
  std::set<std::string> changed;
  std::vector<db::Event> events;

  explicit Turn(const std::vector<db::Run>& loaded) {
    for (const db::Run& run : loaded) runs[run.id] = run;
  }
  void take(const decide::Change& change) {
    if (runs[change.run.id] == change.run && change.events.empty()) return;
    runs[change.run.id] = change.run;
    changed.insert(change.run.id);
    events.insert(events.end(), change.events.begin(), change.events.end());
  }
  std::vector<db::Run> changed_runs() const {
    std::vector<db::Run> list;
    for (const std::string& id : changed) list.push_back(runs.at(id));
    return list;
  }
};

const std::string& run_of(const decide::Action& action) {
  return std::visit([](const auto& a) -> const std::string& { return a.run; }, action);
}

}  // namespace

void Host::alive(const std::function<void()>& work) {
  try {
    work();
  } catch (const Killed&) {
    log_("killed");
    die();
  } catch (const std::runtime_error& error) {
    log_(std::string("gives up: ") + error.what());
    die();
  }
}

void Host::step() {
  if (world_.faults && prng_.chance(world_.options.crash)) throw Killed{};
}

void Host::die() {
  store_.reset();
  if (world_.faults && prng_.chance(world_.options.power_loss)) {
    log_("power loss");
    disk_.crash();
  }
}

void Host::start(db::Time now) {
  watching_since_ = last_turn_ = now;
  alive([&] { store_ = db::Store::open("runs.db", {disk_.name(), true, 0}); });
}

void Host::submit(const std::vector<db::NewPoint>& points, db::Time now) {
  alive([&] {
    for (const std::string& id : store_->submit_sweep("sweep", "{}", points, now)) ++submitted[id];
  });
}

void Host::request(const std::string& run, decide::Request request, db::Time now) {
  alive([&] {
    const auto row = store_->run(run);
    if (!row) return;
    const decide::Change change = decide::on_request(row->run, request, now);
    if (change.run == row->run) return;
    // Once begun it may have happened, whatever the user is told.
    requested[run].push_back(request);
    step();
    store_->save_request({change.run}, change.events);
  });
}

Host::Reply Host::ingest(const std::string& run, const std::string& token,
                         const std::vector<protocol::Report>& reports, db::Time now) {
  const auto row = store_->run(run);
  if (!row) return {404, {}};
  const decide::Receipt receipt = decide::receive(row->run, token, reports, now);
  if (receipt.reception == decide::Reception::unauthorized) return {401, {}};
  if (receipt.reception == decide::Reception::fenced) return {409, {}};
  step();
  if (!receipt.delivery.reports.empty() && !store_->commit(receipt.delivery)) return {503, {}};
  step();
  acknowledged[token] = std::max(acknowledged[token], receipt.ack);
  return {200, {receipt.ack, receipt.command}};
}

void Host::deliver(const Message& message, db::Time now) {
  alive([&] {
    const Reply reply = ingest(message.run, message.token, message.reports, now);
    log_(fmt::format("post {} {} {} ack {}", message.run, message.token, reply.status,
                     reply.answer.ack));
    world_.answer(message.token, reply.status, reply.answer);
  });
}

void Host::turn(db::Time now) {
  alive([&] {
    if (now < last_turn_ || now - last_turn_ > kGap_s) watching_since_ = now;
    last_turn_ = now;
    const auto observations = world_.observe(decide::watches(store_->load()));
    step();
    read_spools(observations, now);
    step();
    decide_and_do(observations, now);
  });
}

void Host::read_spools(const std::vector<decide::Observation>& observations, db::Time now) {
  for (const decide::Observation& seen : observations) {
    if (std::holds_alternative<decide::Waiting>(seen.state)) continue;
    ingest(seen.run, seen.token, world_.readable_spool(seen.token), now);
  }
}

void Host::decide_and_do(const std::vector<decide::Observation>& observations, db::Time now) {
  const decide::Policy& policy = world_.options.policy;
  Turn turn(store_->load());
  for (const decide::Observation& seen : observations)
    if (turn.runs.contains(seen.run))
      turn.take(decide::on_observation(turn.runs[seen.run], seen, policy, now));
  decide::Snapshot snapshot{{}, observations, {}, watching_since_};
  for (const auto& [id, run] : turn.runs) snapshot.runs.push_back(run);
  for (int64_t i = 0; i < policy.slots; ++i)
    snapshot.tokens.push_back(fmt::format("{:016x}", prng_.next()));
  const std::vector<decide::Action> plan = decide::reconcile(snapshot, policy, now);
  for (const decide::Action& action : plan)
    turn.take(decide::on_action(turn.runs.at(run_of(action)), action, policy, "simulated", now));
  step();
  store_->save(turn.changed_runs(), turn.events);
  for (const db::Event& event : turn.events)
    log_(fmt::format("{:.1f} {} {} {}", event.at, event.run, event.kind, event.text));
  for (const decide::Action& action : plan) {
    step();
    log_("does " + decide::to_text(action));
    perform(action, now);
  }
}

void Host::perform(const decide::Action& action, db::Time now) {
  if (const auto* submit = std::get_if<decide::Submit>(&action)) {
    const auto row = store_->run(submit->run);
    world_.unmark(submit->run);
    step();
    const auto answer = world_.submit({submit->run, submit->token, row->run.slots, "{}", "{}"});
    step();
    if (answer.accepted) return;
    const auto change = decide::on_refusal(row->run, submit->token, answer.why, now);
    store_->save({change.run}, change.events);
  } else if (const auto* cancel = std::get_if<decide::Cancel>(&action)) {
    world_.cancel(cancel->run, cancel->token);
  } else if (const auto* settle = std::get_if<decide::Settle>(&action)) {
    if (!db::is_terminal(settle->state)) return;
    if (settle->state != db::State::failed)
      world_.mark(settle->run, std::string(db::name_of(settle->state)));
    step();
    const auto change = decide::on_settled(store_->run(settle->run)->run, now);
    store_->save({change.run}, change.events);
  }
}

}  // namespace enigma::simulation
