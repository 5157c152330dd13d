// The one place of the controller and its command line that asks what time it is. Everything else
// takes time as an argument.
#pragma once

namespace enigma {

/// Seconds since the epoch (UTC), for what is reported and stored.
double wall_clock_s();

/// Seconds since some fixed moment, never backwards: for what is measured.
double monotonic_s();

}  // namespace enigma
