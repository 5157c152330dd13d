// Which runs to make next: those that make the criterion smallest for what they cost.
#pragma once

#include "sweeps/law/design/belief.h"

#include <functional>
#include <vector>

namespace enigma::law {

/// Runs that are made together, and their cost in the unit of the budget.
struct Purchase {
  std::vector<Eigen::Index> candidates;
  double cost = 0;
};

/// What may be added to the candidates that are chosen already. Nothing is offered twice.
using Offer = std::function<std::vector<Purchase>(const std::vector<Eigen::Index>& chosen)>;

struct Choice {
  std::vector<Eigen::Index> candidates;  ///< in the order in which they were chosen
  double cost = 0;
  double expected = 0;  ///< of the criterion, after them
};

/// The better of two greedy ways: by what a purchase narrows per cost, and by what it narrows
/// alone, which a budget that one large run would spend best needs. Ends where nothing affordable
/// lowers the variance asked for by a thousandth of what it was (the log of D: by a thousandth), or
/// after `most` runs.
Choice chosen(const Beliefs& beliefs, const Offer& offer, double budget, Criterion criterion,
              size_t most);

/// The offer where each candidate can be bought alone.
Offer one_by_one(std::vector<double> costs);

}  // namespace enigma::law
