// A run's state changes here and nowhere else; an illegal move is a programmer's mistake.
#pragma once

#include "orchestrator/decide/transition.h"

#include <string>

namespace enigma::decide {

/// Moves by a turn; checks the table.
void move(db::Run& run, db::State to, std::string why);
/// Moves by a request of the user; checks its table.
void move_by_request(db::Run& run, db::State to, std::string why);

}  // namespace enigma::decide
