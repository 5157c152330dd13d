// Whether a planned point is new, already in the store, or a changed one of an earlier submission.
#pragma once

#include "sweeps/plan.h"

#include <string>
#include <unordered_map>

namespace enigma::sweeps {

/// The points of earlier submissions, found by values and seed however their numbers were written.
/// Derived values do not count: another formula makes another point of the same values.
class EarlierPoints {
 public:
  EarlierPoints(const Surroundings& surroundings, const Spec& spec)
      : surroundings_(surroundings), spec_(spec) {}
  /// Nothing where no earlier submission had one.
  const EarlierPoint* find(const Json& values, int64_t seed);

 private:
  std::string key_of(const Json& values, int64_t seed) const;

  void read();

  const Surroundings& surroundings_;
  const Spec& spec_;
  bool is_read_ = false;
  std::unordered_map<std::string, EarlierPoint> by_values_;
};

/// Sets action and why.
void set_action(PlannedPoint& planned, const std::set<std::string>& known_ids,
                EarlierPoints& earlier);

}  // namespace enigma::sweeps
