// The controller's process as the simulation runs it: the real controller over the real store,
// which may die before and after each call to the world and within each write to the disk.
#pragma once

#include "db/store.h"
#include "orchestrator/controller/controller.h"
#include "tests/simulation/memory_disk.h"
#include "tests/simulation/mortal_executor.h"
#include "tests/simulation/world.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::simulation {

/// The one sweep of a seed.
inline constexpr const char* kSweep = "sweep";

/// The controller process is gone; what it knew is gone with it.
struct Killed {};

class Host {
 public:
  using Log = std::function<void(const std::string& line)>;
  Host(World& world, MemoryDisk& disk, Prng& prng, Fault fault, Log log);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  bool is_up() const { return controller_.has_value(); }
  /// Opens the store; stays down where that fails.
  void start(db::Time now);
  /// Dies here and now; with power_loss the disk forgets what was not synced.
  void die();

  void submit(const std::vector<db::NewPoint>& points, const std::optional<db::Ceiling>& ceiling,
              db::Time now);
  void request(const std::string& run, decide::Request request, db::Time now);
  /// One batch over HTTP, and the answer to the worker.
  void deliver(const Message& message, db::Time now);
  void turn(db::Time now);

  const db::Store& store() const { return *store_; }
  const Controller& controller() const { return *controller_; }
  /// What users may rely on: acknowledged reports by token, submitted runs, requests by run.
  std::map<std::string, int64_t> acknowledged;
  std::map<std::string, int64_t> submitted;  ///< run → times it was added
  std::map<std::string, std::vector<decide::Request>> requested;

 private:
  /// Death is possible here.
  void step();
  bool is_struck(double probability);
  /// Does it, and sees to what happens to the process meanwhile. What fails is tried again by a
  /// later turn, as in serve.
  void alive(const std::function<void()>& work);
  ControllerOptions options();
  void log_events();

  World& world_;
  MemoryDisk& disk_;
  Prng& prng_;
  Log log_;
  MortalExecutor executor_;
  std::optional<db::Store> store_;
  std::optional<Controller> controller_;
  int64_t last_event_ = 0;
};

}  // namespace enigma::simulation
