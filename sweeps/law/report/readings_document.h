// Valleys and envelopes as added keys of a fit's document and as lines for people.
#pragma once

#include "sweeps/law/fit/fit.h"

#include <nlohmann/json.hpp>

namespace enigma::law {

/// `isoflop` or `envelope` where the form is one; else nothing.
nlohmann::ordered_json readings_json(const Fit& fit);

/// The valleys, a line each.
std::string readings_text(const Fit& fit);

}  // namespace enigma::law
