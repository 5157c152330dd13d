// Which windows of a session a training step may draw: tiers, validity and NaN, sample by sample.
#pragma once

#include "recordings/format/session_parts.h"

#include <string>
#include <vector>

namespace enigma::recordings {

/// Starts (seconds) of every valid window of a tier, rising. Trial-aligned: trial onsets. Free:
/// points of the grid start + g/rate, where start is the latest start of the rule's modalities.
/// A sample at time t is valid where the frame on at t belongs to a trial of the tier whose
/// valid_trial is not false and whose kind is not invalid, every modality of the rule has a row
/// there, and no row from t up to the next sample holds a NaN.
std::vector<double> window_starts(const Session::Impl& session, const std::string& tier,
                                  const WindowRule& rule);

/// Of those, greedily from the first, the ones that do not overlap.
std::vector<double> disjoint_window_starts(const Session::Impl& session, const std::string& tier,
                                           const WindowRule& rule);

}  // namespace enigma::recordings
