// How the submissions of a turn are cut into calls of sbatch. Pure.
#pragma once

#include "orchestrator/decide/executor.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace enigma::slurm {

/// Indices of submissions that become one array: of one base, asking for the same. What follows
/// itself in a chain of jobs stands alone.
std::vector<std::vector<size_t>> groups_of(const std::vector<decide::Submission>& submissions);

/// One call for a batch; all of it is taken, or none.
using SubmitBatch =
    std::function<decide::SubmitAnswer(const std::vector<decide::Submission>& batch)>;

/// An answer for each of a batch. Where the queue does not take all of them, the first half is
/// tried, then what is left of room.
std::vector<decide::SubmitAnswer> submit_fitting(const std::vector<decide::Submission>& batch,
                                                 const SubmitBatch& submit);

}  // namespace enigma::slurm
