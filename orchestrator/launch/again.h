// Whether a worker of several ranks is started again inside its job. Pure.
#pragma once

#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/launch/rank.h"

#include <cstdint>
#include <string>
#include <vector>

namespace enigma::launch {

/// Whether an end leaves nothing for the next job of a chain to do: the run is done, or the same
/// would happen again. Whoever watches the run decides what comes then.
bool ends_chain(const Exit& exit);

/// A start that lives this long has got somewhere: what was short before it is forgotten.
inline constexpr double kLong_s = 600;
/// So many short starts in a row are a storm: the job is given up, and its end judged outside.
inline constexpr int kShortStartsMax = 3;

/// Whether it may be: a rank, its node or a peer was lost. What a worker itself calls wrong (its
/// point, its data, its loss, a full disk) would be wrong again, and is judged outside.
bool may_start_again(const Exit& exit, bool was_asked_to_stop, int short_starts);

/// The nodes on which a rank was killed, by itself or from outside, before the others left.
std::vector<std::string> suspects_of(const std::vector<RankExit>& ranks);

}  // namespace enigma::launch
