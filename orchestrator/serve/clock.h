// The one place of the controller and its command line that asks what time it is. Everything else
// takes time as an argument.
#pragma once

#include <string>

namespace enigma {

/// Seconds since the epoch (UTC), for what is reported and stored.
double wall_clock_s();

/// The day (UTC), YYYY-MM-DD.
std::string today();

/// Seconds since some fixed moment, never backwards: for what is measured.
double monotonic_s();

}  // namespace enigma
