// The nodes of a scheduler's job, and which of them a worker of several ranks is started on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace enigma::launch {

/// What a program prints, line by line; nothing where it cannot be started or fails.
std::vector<std::string> lines_of(const std::vector<std::string>& command);

/// By name, in the scheduler's order, of the job that this process belongs to; none outside a job.
std::vector<std::string> allocated_nodes();

/// Those that the scheduler does not call down; all of them where it gives no answer.
std::vector<std::string> nodes_that_answer(const std::vector<std::string>& nodes);

/// Of lines "NODE STATE" (sinfo), the nodes that are called down, failed or silent.
std::vector<std::string> nodes_down(const std::vector<std::string>& lines);

/// As many nodes as the largest accepted count that `usable` has, those of `suspects` last. Empty:
/// there are too few.
std::vector<std::string> chosen_nodes(std::vector<std::string> usable,
                                      const std::vector<std::string>& suspects,
                                      const std::vector<int64_t>& accepted);

}  // namespace enigma::launch
