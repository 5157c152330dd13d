// The stop rules of sweeps over the runs at work, as far as their reports have been committed.
#pragma once

#include "db/store.h"
#include "orchestrator/decide/trace.h"
#include "worker/protocol/report.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace enigma {

class StopRules {
 public:
  /// What an attempt has said, after the commit. The first time, the run's rules and what the
  /// attempt had reported before are read from the store.
  void take(const db::Store& store, const db::Run& run,
            const std::vector<protocol::Report>& reports);

  /// Run → why it is to be held, of those whose reports have come since the last call. Each call
  /// reads a little of what a sweep's earlier runs have reached, until it is all known.
  std::map<std::string, std::string> stopped(const db::Store& store);

  /// A run that has come to rest; when it goes on, it begins anew.
  void forget(const std::string& run) { watched_.erase(run); }

 private:
  struct Rule {
    protocol::StopRule rule;
    decide::Trace trace;
  };
  struct Watched {
    std::vector<std::string> sweeps;
    std::vector<Rule> rules;  ///< empty: none
    int64_t target_step = 0;
    bool is_fresh = false;  ///< something was reported since the rules were asked
  };
  Watched& watched(const db::Store& store, const db::Run& run);
  void add(Watched& watched, const protocol::Metrics& metrics);
  void add_to_frontiers(const Watched& watched, const decide::Trace& trace, int64_t over_steps);
  void ask_for_earlier(const db::Store& store, const Watched& watched);
  void read_earlier(const db::Store& store);
  std::optional<std::string> stopped_by(const Watched& watched) const;

  std::map<std::string, Watched> watched_;
  /// By sweep and by the steps of a rule: means over different numbers of steps don't compare.
  std::map<std::pair<std::string, int64_t>, decide::LossFrontier> frontiers_;
  /// Runs of a sweep that are still to be read into its frontier, for means over so many steps.
  struct Earlier {
    std::string sweep, run;
    int64_t over_steps = 0;
  };
  std::vector<Earlier> earlier_;
};

}  // namespace enigma
