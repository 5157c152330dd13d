// What the ranks of an attempt are and how the parameters travel between them, as a document beside
// the attempt: `show` prints it.
#pragma once

#include "worker/training.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace enigma::worker {

/// `ranks[]{rank, node, device}` and `communication{form, schedule, bytes_per_step,
/// parameters[]{name, elements, class, road, sum_turn, step_turn}}`. Bytes are those that one rank
/// gives to or takes from its peers' sums and gathers in one step without accumulation.
nlohmann::ordered_json layout_document(const Training& training,
                                       const std::vector<std::string>& nodes,
                                       const std::vector<std::string>& devices);

/// Asks all ranks, and lets rank 0 write it to layout.json of its attempt's folder.
void write_layout(const Training& training);

}  // namespace enigma::worker
