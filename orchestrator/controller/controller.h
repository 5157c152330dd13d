// The loop. First it compares what the sweeps want with what the world shows and writes down what
// it will do; then it does it. Whatever happens in between, the next turn starts from what is
// written and what the world shows.
#pragma once

#include "db/store.h"
#include "orchestrator/controller/ingest.h"
#include "orchestrator/controller/ledger.h"
#include "orchestrator/controller/live_runs.h"
#include "orchestrator/controller/stop_rules.h"
#include "orchestrator/decide/executors.h"
#include "orchestrator/decide/nodes.h"
#include "orchestrator/decide/policy.h"
#include "orchestrator/decide/queue_limit.h"
#include "orchestrator/decide/transition.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace enigma {

struct ControllerOptions {
  std::filesystem::path store;  ///< absolute
  std::string secret;           ///< of the store
  decide::Policy policy;
  /// A fresh token, never used before: one for each turn that submits.
  std::function<std::string()> fresh_token;
};

/// One thread decides and writes: everything here is called on it, with the time as an argument.
class Controller {
 public:
  Controller(ControllerOptions options, db::Store& store, decide::Executors executors,
             db::Time now);

  /// One turn: observe, read spools, decide, save, perform.
  void turn(db::Time now);

  /// A worker's post: `body` is NDJSON, `bearer` what it showed.
  Reception on_reports(const std::string& body, const std::string& bearer, db::Time now);

  /// What the user asks for runs, which are as the store has them: one transaction. The ids of
  /// those that it changes.
  std::vector<std::string> request(const std::vector<db::Run>& runs, decide::Request request,
                                   db::Time now);
  /// Adds what is new of a sweep (db::Store::submit_sweep); the ids of the runs added.
  std::vector<std::string> add(const std::string& sweep, const std::string& spec,
                               const std::vector<db::NewPoint>& points, db::Time now,
                               const std::optional<db::Ceiling>& ceiling = {});

  /// Freezes a forecast as of now; gives what stands under its name (db::Store::freeze).
  db::ForecastRow freeze(db::ForecastRow forecast, db::Time now);

  /// Whether anything runs, waits or ends (held runs do none of it).
  bool busy() const { return !live_ || live_->busy(); }
  /// Whether there are attempts of this machine, which must be looked at often.
  bool has_live_attempts() const { return live_ && live_->has_live_attempts(); }
  /// Whether a turn has left marks to the next one, which should follow at once.
  bool has_marks_left() const { return live_ && live_->has_ended(); }

  /// What is in memory; nothing: it is read from the store when it is next needed.
  const std::optional<LiveRuns>& live_runs() const { return live_; }
  /// What counts against ceilings; as much in memory as the runs are.
  const Ledger& ledger() const { return ledger_; }
  /// For reading. What is written goes through the controller, which keeps a memory of it.
  const db::Store& store() const { return store_; }
  const ControllerOptions& options() const { return options_; }

 private:
  struct Changes;
  LiveRuns& live();
  std::optional<db::Run> known(const std::string& run);
  void remember(db::Run run);
  std::vector<db::Run> runs_of_turn(db::Time now);
  void save(const std::vector<db::Run>& runs, const std::vector<db::Event>& events,
            const std::set<std::string>& asked = {});
  void keep(const Reception& reception);
  void read_spools(const std::vector<decide::Observation>& observations, db::Time now);
  void read_earlier(const std::string& id, const std::string& token, db::Time now);
  bool read_part(const decide::Spool& spool, db::Time now);
  bool has_posted(const std::string& token, db::Time now) const;
  void apply(const std::vector<decide::Observation>& observations, Changes& changes,
             db::Time now) const;
  std::vector<decide::Action> decide_turn(const std::vector<decide::Observation>& observations,
                                          Changes& changes, db::Time now);
  std::vector<std::string> fresh_tokens(size_t runs) const;
  void judge_nodes(db::Time now);
  decide::Policy policy_for(const std::string& run) const;
  void perform(const decide::Action& action);
  void submit_all(const std::vector<decide::Action>& actions, db::Time now);
  void take_answers(const std::vector<decide::Submission>& submissions,
                    const std::vector<decide::SubmitAnswer>& answers, db::Time now);
  void learn_limit(const std::string& executor, bool refused, db::Time now);
  decide::Submission submission_of(const decide::Submit& action) const;
  void cancel(const decide::Cancel& action);
  void settle(const std::vector<decide::Action>& actions, db::Time now);

  ControllerOptions options_;
  db::Store& store_;
  decide::Executors executors_;
  db::Time watching_since_;
  db::Time last_turn_;
  /// By token; what was not committed with its reports is read again by the next controller.
  std::map<std::string, db::SpoolPosition> spools_;
  std::map<std::string, db::Time> posted_at_;  ///< by token: last batch over HTTP, taken whole
  std::map<std::string, decide::NodeHealth> nodes_;
  decide::QueueLimits limits_;
  db::Time nodes_judged_at_ = 0;
  std::optional<LiveRuns> live_;  ///< as in the store; nothing: to be read from there
  Ledger ledger_;                 ///< read along with them
  StopRules stop_rules_;
};

}  // namespace enigma
