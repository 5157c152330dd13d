#include "sweeps/law/design/choice.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace enigma::law {

namespace {

constexpr double kLeastGain = 1e-3;

struct Step {
  Purchase purchase;
  Outlook outlook;
  double expected = 0, score = 0;
};

/// The purchase with the highest gain over cost^power, where any gains at least `least`.
std::optional<Step> best_step(const Beliefs& beliefs, const std::vector<Purchase>& offered,
                              const Outlook& outlook, double left, Criterion criterion,
                              double least, double power) {
  const double now = expected(beliefs, outlook, criterion);
  std::optional<Step> best;
  for (const Purchase& purchase : offered) {
    if (purchase.cost > left) { continue; }
    Outlook then = outlook;
    for (const Eigen::Index candidate : purchase.candidates) { take(beliefs, candidate, then); }
    const double value = expected(beliefs, then, criterion);
    const double gain = now - value;
    const double score = gain / std::pow(std::max(purchase.cost, 1e-300), power);
    if (!(gain >= least) || (best && score <= best->score)) { continue; }
    best = Step{purchase, std::move(then), value, score};
  }
  return best;
}

Choice greedy(const Beliefs& beliefs, const Offer& offer, double budget, Criterion criterion,
              size_t most, double power) {
  Outlook outlook = outlook_of(beliefs);
  Choice choice{.expected = expected(beliefs, outlook, criterion)};
  const double least = criterion == Criterion::asked ? kLeastGain * choice.expected : kLeastGain;
  while (choice.candidates.size() < most) {
    const auto step = best_step(beliefs, offer(choice.candidates), outlook, budget - choice.cost,
                                criterion, least, power);
    if (!step || choice.candidates.size() + step->purchase.candidates.size() > most) { break; }
    const std::vector<Eigen::Index>& bought = step->purchase.candidates;
    choice.candidates.insert(choice.candidates.end(), bought.begin(), bought.end());
    choice.cost += step->purchase.cost;
    choice.expected = step->expected;
    outlook = step->outlook;
  }
  return choice;
}

}  // namespace

Choice chosen(const Beliefs& beliefs, const Offer& offer, double budget, Criterion criterion,
              size_t most) {
  const Choice by_cost = greedy(beliefs, offer, budget, criterion, most, 1);
  const Choice alone = greedy(beliefs, offer, budget, criterion, most, 0);
  return alone.expected < by_cost.expected ? alone : by_cost;
}

Offer one_by_one(std::vector<double> costs) {
  return [costs = std::move(costs)](const std::vector<Eigen::Index>& chosen) {
    std::vector<Purchase> offered;
    for (size_t k = 0; k < costs.size(); ++k) {
      const auto candidate = static_cast<Eigen::Index>(k);
      if (std::ranges::find(chosen, candidate) != chosen.end()) { continue; }
      offered.push_back({{candidate}, costs[k]});
    }
    return offered;
  };
}

}  // namespace enigma::law
