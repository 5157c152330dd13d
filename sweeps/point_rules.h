// What a spec says of points whose values are assigned: `derive`, `where` and `exclude`, read and
// applied; and the conditions of `resources`, read.
#pragma once

#include "input/formula.h"
#include "sweeps/quantity.h"
#include "sweeps/spec.h"
#include "sweeps/value_rule.h"

#include <set>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// {PATH: formula}: sets spec.derive, in an order in which each comes behind those that it names.
/// REQUIRES: the rest of the spec that sets PATHs has been read.
void read_derive(const Document& document, const Json& json, Spec& spec,
                 std::vector<Diagnostic>& diagnostics);

/// `where` and `exclude`, lists of conditions or absent (null): sets spec.filters.
/// REQUIRES: the same, and `derive`.
void read_filters(const Document& document, const Json* where, const Json* exclude, Spec& spec,
                  std::vector<Diagnostic>& diagnostics);

/// Conditions of spec.resources that cannot be read.
void check_resource_conditions(const Document& document, const Spec& spec,
                               std::vector<Diagnostic>& diagnostics);

/// Applies them to points, one after the other.
class PointRules {
 public:
  explicit PointRules(const Spec& spec);

  /// Sets the derived values. False where one is not what its PATH may be; of each derivation the
  /// first such value is told.
  bool derive(Draft& draft, std::vector<Diagnostic>& diagnostics);
  /// Whether all conditions of `where` hold and none of `exclude`.
  bool keeps(const Draft& draft);
  /// After the last point: an error where nothing was kept, a warning where `exclude` met nothing.
  void tell(std::vector<Diagnostic>& diagnostics) const;

 private:
  struct Derived {
    const Derivation* derivation;
    Formula formula;
    std::vector<Quantity> quantities;
    bool is_told = false;
  };
  struct Filter {
    const PointFilter* filter;
    PointCondition condition;
    size_t kept = 0, left_out = 0;
  };

  bool set(Derived& derived, Draft& draft, std::vector<Diagnostic>& diagnostics) const;

  const Spec& spec_;
  std::vector<Derived> derived_;
  std::vector<Filter> filters_;
};

}  // namespace enigma::sweeps
