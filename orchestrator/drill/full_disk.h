// A full disk for one attempt alone: a limit on the size of its files refuses its ranks every
// write, as a full disk does, until they have ended.
#pragma once

#include "orchestrator/drill/target.h"

#include <string>
#include <vector>

namespace enigma::drill {

/// The command that sets it, for all ranks: here, or in a step of its job (by number) on each of
/// its nodes. It fails where no rank is found.
std::vector<std::string> words_to_fill_disk(const Target& target);

/// Whether a rank was limited, by what the command printed. It may fail all the same: a rank that
/// ends at once ends its job, and the job this step.
bool has_filled_disk(const std::string& said);

}  // namespace enigma::drill
