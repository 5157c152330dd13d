// Means and deviations of the inputs over a session's training tier.
#pragma once

#include "worker/corpus.h"

namespace enigma::worker {

/// Over at most this many disjoint training windows, evenly spread: enough for a mean and a
/// deviation per channel, and a start that does not grow with the recording.
inline constexpr size_t kScalingWindowsMax = 256;

/// Per channel, over all its pixels; NaN left out. A deviation of 0 becomes 1.
Scaling video_scaling(const CorpusSession& session, const recordings::WindowRule& rule);
/// Per behaviour channel, in the order of corpus.inputs.behavior.
Scaling behavior_scaling(const CorpusSession& session, const Corpus& corpus);

/// (x − mean)/deviation in place; NaN becomes 0, the mean.
void standardize(float* values, int64_t count, double mean, double deviation);

}  // namespace enigma::worker
