// Places on an axis where a run would tell something new: between the ones that there are, and one
// step beyond them.
#pragma once

#include <vector>

namespace enigma::law {

/// Geometric means of neighbours that lie a factor of 1.5 or more apart, and one step below the
/// lowest and above the highest, as wide as the step beside it (a factor of 2 where there is one
/// place alone). Rising; none of `known`, which need not be sorted.
std::vector<double> between_and_beyond(std::vector<double> known);

}  // namespace enigma::law
