// What expressions over points may name: `model.width`, `train.lanes`, `data.sessions`, …
#pragma once

#include "input/condition.h"
#include "sweeps/point.h"
#include "sweeps/spec.h"

#include <functional>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// Names of quantities of the points of a spec: every PATH of its family's settings, each
/// `worker.NAME` that the spec sets, and what is known of a size and of a set of sessions
/// (model.width, model.layers, model.heads, data.session_count, data.neurons).
std::vector<std::string> quantity_names(const Spec& spec);
/// Those that are numbers, or may be.
std::vector<std::string> number_names(const Spec& spec);
/// Whether a PATH's values are numbers, or may be.
bool is_number_path(const std::string& path);

/// Works a quantity out for a point and the name of its set of sessions: a number, a text, or
/// nothing. A size of one's own is the text of size_name(), a boolean 'true' or 'false'.
using Quantity = std::function<NamedValue(const Point& point, const std::string& subset)>;
/// REQUIRES: one of quantity_names().
Quantity quantity(const std::string& name);
std::vector<Quantity> quantities(const std::vector<std::string>& names);

/// A condition on points, read once.
class PointCondition {
 public:
  /// REQUIRES: a condition that can be read with the quantities of `spec`.
  PointCondition(const Spec& spec, const std::string& condition);
  bool holds(const Point& point, const std::string& subset);

 private:
  Condition condition_;
  std::vector<Quantity> quantities_;
  std::vector<NamedValue> values_;
};

}  // namespace enigma::sweeps
