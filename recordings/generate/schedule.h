// Which clip is shown when, and in which tier: train and validation clips once, test clips several
// times with fresh noise and behaviour, so that a noise ceiling can be measured.
#pragma once

#include "recordings/generate/stream.h"

#include <cstdint>
#include <string>
#include <vector>

namespace enigma::recordings::generate {

inline constexpr int64_t kClipFrames = 300;  ///< 10 s at 30 Hz

struct Showing {
  int64_t clip = 0;  ///< which clip of the film
  std::string tier;
};

struct Schedule {
  int64_t clips = 0;  ///< distinct ones
  std::vector<Showing> showings;
};

/// Fills `minutes` with clips of 10 s in a shuffled order; at least one clip in each tier and two
/// showings of each test clip, so at least four showings in all.
Schedule make_schedule(Stream stream, double minutes);

}  // namespace enigma::recordings::generate
