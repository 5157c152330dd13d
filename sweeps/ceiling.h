// What the runs of a sweep may use together, as its author wrote it and as it is kept to: in
// device-hours.
#pragma once

#include "diagnostics/diagnostic.h"

#include <optional>
#include <string>
#include <vector>

namespace enigma::sweeps {

struct Spec;
struct Plan;

/// `ceilings` of a spec.
struct CeilingBlock {
  std::optional<double> device_hours, usd;
  std::optional<double> usd_per_device_hour;
  bool stops_runs = false;  ///< on_reach: checkpoint_and_stop; else hold
};

/// The narrower of both limits.
struct Ceiling {
  double device_hours = 0;
  bool stops_runs = false;
  std::string text;  ///< "$40 at $2 a device-hour"
};

/// Nothing where the spec has none. One in dollars needs their price (check_ceiling).
std::optional<Ceiling> ceiling_of(const CeilingBlock& block,
                                  std::optional<double> usd_per_device_hour);

/// What of a ceiling cannot be kept to (an error: dollars without a price), and what of the plan it
/// will hold back, as far as hours are known.
std::vector<Diagnostic> check_ceiling(const Spec& spec, const Plan& plan,
                                      std::optional<double> usd_per_device_hour);

}  // namespace enigma::sweeps
