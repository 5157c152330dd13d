// What one doubling of the parameters brings at the largest budget, with its interval: the
// evidence without which no sweep is called data-limited.
#pragma once

#include "sweeps/law/minimize/objective.h"
#include "sweeps/law/table/table.h"

#include <optional>
#include <string>
#include <vector>

namespace enigma::law {

struct SizeDoubling {
  double n = 0, d = 0;              ///< largest size at the largest budget, and its data
  double change = 0;                ///< of the loss, relative: −0.02 = 2 % lower; never > 0
  std::optional<double> low, high;  ///< at the level; nothing where the rows do not bound it
  int seed_freedom = 0;             ///< of the seeds that told the noise; 0: the residuals did
  bool loss_moves = false;          ///< by more than its noise, over the sizes and data of the rows
};

/// Under L = E + A·N^−alpha + B·D^−beta, data held, by the profile of the step itself: a size that
/// is small for its budget is not mistaken for one that data limit. Rows in canonical order;
/// nothing where one has no N or D, or where they are fewer than the law needs.
std::optional<SizeDoubling> size_doubling(const std::vector<Row>& rows, const Objective& objective,
                                          double level, int threads);

/// True where the interval excludes an improvement of `material` of the loss, of a loss that moves.
bool excludes_improvement(const SizeDoubling& doubling, double material);

/// "changes the loss by -0.12 % (95 % interval -0.31 to 0 %; noise from the residuals)".
std::string in_words(const SizeDoubling& doubling, double level);

}  // namespace enigma::law
