// The controller as the simulation runs it: the real decisions over the real store, with a death
// possible between any two steps.
#pragma once

#include "db/store.h"
#include "orchestrator/decide/transition.h"
#include "tests/simulation/memory_disk.h"
#include "tests/simulation/world.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::simulation {

/// The controller process is gone; what it knew is gone with it.
struct Killed {};

class Host {
 public:
  using Log = std::function<void(const std::string& line)>;
  Host(World& world, MemoryDisk& disk, Prng& prng, Log log)
      : world_(world), disk_(disk), prng_(prng), log_(std::move(log)) {}

  bool is_up() const { return store_.has_value(); }
  /// Opens the store; stays down where that fails.
  void start(db::Time now);
  /// Dies here and now; with power_loss the disk forgets what was not synced.
  void die();

  void submit(const std::vector<db::NewPoint>& points, db::Time now);
  void request(const std::string& run, decide::Request request, db::Time now);
  /// One batch over HTTP. Gives what is answered, or nothing where the controller is away.
  void deliver(const Message& message, db::Time now);
  void turn(db::Time now);

  const db::Store& store() const { return *store_; }
  /// What users may rely on: acknowledged reports by token, submitted runs, requests by run.
  std::map<std::string, int64_t> acknowledged;
  std::map<std::string, int64_t> submitted;  ///< run → times it was added
  std::map<std::string, std::vector<decide::Request>> requested;

 private:
  struct Reply {
    int status = 0;
    protocol::Answer answer;
  };
  /// Runs one entry of the controller; death and refusals of the disk end the process.
  void alive(const std::function<void()>& work);
  void step();  ///< a place where the controller may die
  Reply ingest(const std::string& run, const std::string& token,
               const std::vector<protocol::Report>& reports, db::Time now);
  void read_spools(const std::vector<decide::Observation>& observations, db::Time now);
  void decide_and_do(const std::vector<decide::Observation>& observations, db::Time now);
  void perform(const decide::Action& action, db::Time now);

  World& world_;
  MemoryDisk& disk_;
  Prng& prng_;
  Log log_;
  std::optional<db::Store> store_;
  db::Time watching_since_ = 0, last_turn_ = 0;
};

}  // namespace enigma::simulation
