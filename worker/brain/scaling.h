// Means and deviations of the inputs over a session's training tier.
#pragma once

#include "worker/brain/corpus.h"

#include <cstddef>
#include <vector>

namespace enigma::worker {

/// Over at most this many disjoint training windows, evenly spread: enough for a mean and a
/// deviation per channel, and a start that does not grow with the recording.
inline constexpr size_t kScalingWindowsMax = 256;

/// Per channel, over all its pixels; NaN left out. A deviation of 0 becomes 1.
recordings::gather::Scaling video_scaling(const CorpusSession& session, const Corpus& corpus);
/// Per modality of corpus.inputs.behavior, per signal.
std::vector<recordings::gather::Scaling> behavior_scaling(const CorpusSession& session,
                                                          const Corpus& corpus);

}  // namespace enigma::worker
