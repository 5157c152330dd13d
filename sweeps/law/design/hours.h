// What runs take of devices, from those that are done: hours per FLOP as a power of the size,
// because small models keep a device less busy.
#pragma once

#include <optional>
#include <vector>

namespace enigma::law {

struct Worked {
  double n = 0, flops = 0, device_hours = 0;
};

struct HoursLaw {
  double log_hours_per_flop = 0;  ///< at `log_n`
  double log_n = 0;
  double slope = 0;
};

/// Least squares in logs over the runs whose hours are known; a constant where all have one size.
/// Nothing without any.
std::optional<HoursLaw> hours_law(const std::vector<Worked>& runs);

/// Device-hours of a run of `n` parameters.
double hours_of(const HoursLaw& law, double n, double flops);

}  // namespace enigma::law
