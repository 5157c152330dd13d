#include "tests/simulation/host.h"

#include "orchestrator/attempts/secret.h"
#include "orchestrator/starts/start.h"

#include <fmt/format.h>

#include <utility>

namespace enigma::simulation {
namespace {

constexpr const char* kSecret = "secret";
// A commit writes some pages: as likely to die within it as at a call.
constexpr double kWritesOfACommit = 8;

}  // namespace

Host::Host(World& world, MemoryDisk& disk, Prng& prng, Fault fault, Log log)
    : world_(world),
      disk_(disk),
      prng_(prng),
      log_(std::move(log)),
      executor_(world, fault, [this] { step(); }) {
  disk_.dies = [this] { return is_struck(world_.options.crash / kWritesOfACommit); };
}

bool Host::is_struck(double probability) {
  return world_.faults && prng_.chance(probability);
}

void Host::step() {
  if (is_struck(world_.options.crash)) { throw Killed{}; }
}

void Host::alive(const std::function<void()>& work) {
  try {
    work();
  } catch (const Killed&) { disk_.dead = true; } catch (const std::runtime_error& error) {
    log_(std::string("fails: ") + error.what());
  }
  if (disk_.dead) {
    log_("killed");
    die();
  }
}

void Host::die() {
  disk_.dead = true;  // closing the store writes nothing either
  controller_.reset();
  store_.reset();
  disk_.dead = false;
  if (is_struck(world_.options.power_loss)) {
    log_("power loss");
    disk_.crash();
  }
}

ControllerOptions Host::options() {
  return {"/simulated", kSecret, world_.options.policy,
          [this] { return fmt::format("{:016x}", prng_.next()); }};
}

void Host::start(db::Time now) {
  alive([&] {
    store_ = db::Store::open("runs.db", {disk_.name(), true, 0});
    controller_.emplace(options(), *store_, decide::Executors({{"simulated", &executor_}}), now);
  });
}

void Host::submit(const std::vector<db::NewPoint>& points,
                  const std::optional<db::Ceiling>& ceiling, db::Time now) {
  alive([&] {
    for (const std::string& id : controller_->add(kSweep, "{}", points, now, ceiling)) {
      ++submitted[id];
    }
  });
}

void Host::request(const std::string& run, decide::Request request, db::Time now) {
  alive([&] {
    const auto row = store_->run(run);
    if (!row || decide::on_request(row->run, request, now).run == row->run) { return; }
    // Once begun it may have happened, whatever the user is told.
    requested[run].push_back(request);
    controller_->request({row->run}, request, now);
  });
}

void Host::deliver(const Message& message, db::Time now) {
  alive([&] {
    const std::string bearer = token_of_start(
        attempts::bearer_of(kSecret, submission_of(message.token)), start_of(message.token));
    const Reception reply = controller_->on_reports(message.body, bearer, now);
    step();
    log_(fmt::format("post {} {} {} ack {}", message.run, message.token, reply.status,
                     reply.answer.ack));
    if (reply.status == 200) {
      acknowledged[message.token] = std::max(acknowledged[message.token], reply.answer.ack);
    }
    world_.answer(message.token, reply.status, reply.answer);
  });
}

void Host::turn(db::Time now) {
  alive([&] { controller_->turn(now); });
  if (is_up()) { log_events(); }
}

void Host::log_events() {
  std::map<int64_t, db::Event> fresh;
  for (const std::string& run : store_->known_ids()) {
    for (db::Event& event : store_->events_of(run)) {
      if (event.id > last_event_) { fresh[event.id] = std::move(event); }
    }
  }
  for (const auto& [id, event] : fresh) {
    log_(fmt::format("{:.1f} {} {} {}", event.at, event.run, event.kind, event.text));
    last_event_ = id;
  }
}

}  // namespace enigma::simulation
