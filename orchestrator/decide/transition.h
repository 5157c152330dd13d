// The only ways in which a run changes. Pure functions over db::Run; nothing else moves its state.
#pragma once

#include "db/rows.h"
#include "db/run.h"
#include "orchestrator/decide/action.h"
#include "orchestrator/decide/executor.h"
#include "orchestrator/decide/policy.h"

#include <string>
#include <string_view>
#include <vector>

namespace enigma::decide {

/// Moves of a turn. Requests add held, failed, cancelled → waiting. Done is left by nothing.
bool is_legal_move(db::State from, db::State to);
bool is_legal_request(db::State from, db::State to);

/// A run after something happened, and what to tell people about it.
struct Change {
  db::Run run;
  std::vector<db::Event> events;
};

/// What the executor shows of one attempt. An ended attempt's spool must have been read to its end
/// before: its last words decide the class.
Change on_observation(db::Run run, const Observation& observation, const Policy& policy,
                      db::Time now);

/// Writes down what is about to be done. A new attempt is for the executor of its run.
Change on_action(db::Run run, const Action& action, const Policy& policy, db::Time now);

/// The executor did not take a submission.
Change on_refusal(db::Run run, std::string_view token, const std::string& why, db::Time now);
/// The executor takes no more jobs for now: the submission is given back, and no try is counted.
Change on_queue_full(db::Run run, std::string_view token, const std::string& why, db::Time now);

/// The mark has been written (Settle was performed): nothing is left to do.
Change on_settled(db::Run run, db::Time now);

/// What the user asks for. A request that changes nothing returns the run as it was, no events.
enum class Request { cancel, hold, resume };
Change on_request(db::Run run, Request request, db::Time now);

}  // namespace enigma::decide
