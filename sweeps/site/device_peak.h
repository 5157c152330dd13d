// What the device of a site can do at most.
#pragma once

#include "sweeps/site/site.h"

#include <optional>
#include <string>

namespace enigma::sweeps {

/// FLOP/s in `precision`: what the profile states, else what the table of peaks knows of a device
/// of its name. Nothing where neither does.
std::optional<double> peak_flops_per_s(const Gpu& gpu, const std::string& precision);

}  // namespace enigma::sweeps
