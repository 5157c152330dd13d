// The three approaches to the same question side by side: envelope, isoFLOP valleys, a fitted law.
#pragma once

#include "sweeps/law/fit/fit.h"

namespace enigma::law {

/// The same question, N_opt ∝ C^a and D_opt ∝ C^b, by one way of answering it.
struct Approach {
  std::string form;
  int n_used = 0;  ///< rows, or vertices of isoFLOP valleys, or runs on the envelope
  Interval a, b;   ///< nothing where the way does not lead to an answer
  std::string verdict;
  std::string note;  ///< what the answer rests on, or why there is none
};

/// Exponents of `fit` and of the approaches that it is not: envelope, isoFLOP by parabola and by
/// Akima's curve, chinchilla. Empty where the rows have no size and no compute.
std::vector<Approach> approaches_of(const Fit& fit, const MappedTable& mapped,
                                    const FitOptions& options);

/// One sentence for each approach whose a does not agree with the first one's that has any: their
/// difference is more than both intervals' half widths together, by the root of squares.
std::vector<std::string> disagreements(const std::vector<Approach>& approaches);

}  // namespace enigma::law
