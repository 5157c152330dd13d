// Colors, marks and dashes that survive print and color blindness: sizes by viridis, subsets by
// shape.
#pragma once

#include <string>

namespace enigma::law {

/// `#rrggbb` of viridis (Smith & van der Walt 2015) at `share` in [0, 1], interpolated between
/// nine of its colors.
std::string viridis(double share);

/// Color at `share` of the way from the smallest size to the largest: light to dark, without the
/// yellow end, which vanishes on white paper.
std::string size_color(double share);

/// gnuplot point type of subset `index`: six filled shapes, then the same open; then they repeat.
int subset_mark(size_t index);

/// The same shape, open; an open one stays.
int open_mark(int mark);

/// Dashes of subset `index`, which tell lines apart where they cross: 0 is solid, there are four.
int subset_dash(size_t index);

}  // namespace enigma::law
