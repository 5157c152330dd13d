// Colours and marks that survive print and colour blindness: sizes by viridis, subsets by shape.
#pragma once

#include <string>

namespace enigma::law {

/// `#rrggbb` of viridis (Smith & van der Walt 2015) at `share` in [0, 1], interpolated between
/// nine of its colours.
std::string viridis(double share);

/// Colour of size `index` of `count`, small to large: light to dark, without the yellow end, which
/// vanishes on white paper.
std::string size_color(size_t index, size_t count);

/// gnuplot point type of subset `index`; shapes repeat after six.
int subset_mark(size_t index);

}  // namespace enigma::law
