// What befalls a run in a rehearsal, done for real.
#pragma once

#include "orchestrator/drill/target.h"

#include <optional>
#include <string>
#include <vector>

namespace enigma::drill {

enum class Strike {
  preempt,          ///< the scheduler takes its nodes: a signal, then what the site does
  kill_node,        ///< launcher and worker die without a word
  kill_controller,  ///< nobody watches any more
  disk_full,        ///< whatever the worker writes is refused, until it has ended
};
/// As the command line names them.
const std::vector<std::string>& strike_names();
std::optional<Strike> strike_named(const std::string& name);
const std::string& name_of(Strike strike);

/// Strikes the run; kill_controller strikes `controller` instead. Throws std::runtime_error with
/// the reason where it cannot: another machine, a scheduler that refuses.
void strike(Strike strike, const Target& target, const launch::Process& controller);

}  // namespace enigma::drill
