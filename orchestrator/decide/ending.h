// How an attempt ended, and what that means for its run.
#pragma once

#include "orchestrator/decide/transition.h"

namespace enigma::decide {

/// The class and the evidence of an end that was seen. The attempt's spool has been read before.
db::Ending judge(const db::Run& run, const db::Attempt& attempt, const Ended& ended, db::Time now);

/// Ends the current attempt: the run rests, is tried again, or has failed.
void end_attempt(Change& change, const db::Ending& ending, const Policy& policy, db::Time now);

/// A running run whose attempt has ended rests where it was asked to: false, nobody has asked.
bool rest_as_asked(db::Run& run);

/// "attempt 3", by its folder where that is known, else by its place.
std::string label_of(const db::Run& run, const db::Attempt& attempt);

}  // namespace enigma::decide
