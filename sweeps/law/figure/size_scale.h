// The sizes of a table for the eye: which rows are one size, what it is called, which color it
// has. Every kind of figure asks here, so one size keeps its color in all of them.
#pragma once

#include "sweeps/law/figure/picture.h"
#include "sweeps/law/table/table.h"

#include <map>
#include <string>
#include <vector>

namespace enigma::law {

struct SizeScale {
  std::vector<double> sizes;            ///< small to large, each once
  std::map<std::string, double> named;  ///< column `size` → N under which it is drawn
  bool many = false;                    ///< more sizes than a legend should name
};

/// Rows of one named size (column `size`) share the smallest N of that name: an animal more adds a
/// few parameters, which is no other size and no other color.
SizeScale size_scale(const Table& table);

/// N under which a row is drawn; NaN where sizes are not mapped.
double drawn_n(const SizeScale& scale, const Row& row);

/// `#rrggbb`: few sizes are spread evenly over the map, many by their logarithm. Black without N.
std::string color_of(const SizeScale& scale, double n);

/// "1.5 M" and the like.
std::string size_text(double n);

/// The sizes that the legend numbers: each one, or round ones on the bar.
std::vector<double> numbered_sizes(const SizeScale& scale);

/// The legend of the sizes: a block of names where they are few, else a bar.
void add_size_legend(const SizeScale& scale, const Look& look, Picture& picture);

}  // namespace enigma::law
