// The loop. First it compares what the sweeps want with what the world shows and writes down what
// it will do; then it does it. Whatever happens in between, the next turn starts from what is
// written and what the world shows.
#pragma once

#include "db/store.h"
#include "orchestrator/controller/ingest.h"
#include "orchestrator/decide/executor.h"
#include "orchestrator/decide/policy.h"
#include "orchestrator/decide/transition.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace enigma {

struct ControllerOptions {
  std::filesystem::path store;  ///< absolute
  std::string secret;           ///< of the store
  std::string executor = "local";
  decide::Policy policy;
  /// A fresh token, never used before: one for each submission.
  std::function<std::string()> fresh_token;
};

/// One thread decides and writes: everything here is called on it, with the time as an argument.
class Controller {
 public:
  Controller(ControllerOptions options, db::Store& store, decide::Executor& executor, db::Time now);

  /// One turn: load, observe, read spools, decide, save, perform.
  void turn(db::Time now);

  /// A worker's post: `body` is NDJSON, `bearer` what it showed.
  Reception on_reports(const std::string& body, const std::string& bearer, db::Time now);

  /// What the user asks for a run. False where it changes nothing.
  bool request(const std::string& run, decide::Request request, db::Time now);

  /// Whether anything runs or waits (held runs do neither).
  bool busy() const;
  /// Whether the last turn has left attempts that must be looked at often.
  bool has_live_attempts() const;

  db::Store& store() { return store_; }
  const ControllerOptions& options() const { return options_; }

 private:
  struct Changes;
  void read_spools(const std::vector<decide::Observation>& observations, db::Time now);
  bool read_part(const decide::Spool& spool, db::Time now);
  bool is_heard(const std::string& token, db::Time now) const;
  void apply(const std::vector<decide::Observation>& observations, Changes& changes,
             db::Time now) const;
  std::vector<decide::Action> decide_turn(const std::vector<decide::Observation>& observations,
                                          Changes& changes, db::Time now) const;
  decide::Policy policy_for(const std::string& run) const;
  void perform(const decide::Action& action, db::Time now);
  void submit(const decide::Submit& action, db::Time now);
  void settle(const decide::Settle& action, db::Time now);

  ControllerOptions options_;
  db::Store& store_;
  decide::Executor& executor_;
  db::Time watching_since_;
  db::Time last_turn_;
  /// By token; what was not committed with its reports is read again by the next controller.
  std::map<std::string, db::SpoolPosition> spools_;
  std::map<std::string, db::Time> heard_at_;  ///< by token: last batch over HTTP, taken whole
  std::map<std::string, db::Run> live_;       ///< as of the last turn
};

}  // namespace enigma
