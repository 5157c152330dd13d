// Natural-statistics video: scenes of 1/f² power that drift, with cuts between them, and a
// luminance and contrast of their own each (Field 1987; Dong and Atick 1995).
#pragma once

#include "recordings/generate/stream.h"

#include <cstdint>
#include <vector>

namespace enigma::recordings::generate {

inline constexpr int64_t kFilmHeight = 36, kFilmWidth = 64, kFilmArea = kFilmHeight * kFilmWidth;
inline constexpr double kFilmRate_hz = 30;
inline constexpr double kFilmGrey = 118;  ///< mean luminance of scenes, and the level of blanks

/// `frames` pictures of kFilmHeight × kFilmWidth grey levels, one after the other.
std::vector<uint8_t> make_film(Stream stream, int64_t frames);

/// A periodic square picture of side 128: power falls as 1/f², mean 0, variance 1.
std::vector<double> make_texture(Stream& stream);
inline constexpr int64_t kTextureSide = 128;

}  // namespace enigma::recordings::generate
