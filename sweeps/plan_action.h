// Whether a planned point is new, already in the store, or a changed one of an earlier submission.
#pragma once

#include "sweeps/plan.h"

#include <map>
#include <string>

namespace enigma::sweeps {

/// The points of earlier submissions, found by values and seed however their numbers were written.
class EarlierPoints {
 public:
  explicit EarlierPoints(const std::vector<EarlierPoint>& points) : points_(points) {}
  /// Nothing where no earlier submission had one.
  const EarlierPoint* find(const Json& values, int64_t seed);

 private:
  const std::vector<EarlierPoint>& points_;
  std::map<std::string, const EarlierPoint*> by_values_;  ///< made when the first one is asked for
};

/// Sets action and why.
void set_action(PlannedPoint& planned, const std::set<std::string>& known_ids,
                EarlierPoints& earlier);

}  // namespace enigma::sweeps
