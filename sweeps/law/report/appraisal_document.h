// An appraisal as added keys of a fit's document and as lines for people.
#pragma once

#include "sweeps/law/appraisal/appraisal.h"

#include <nlohmann/json.hpp>

namespace enigma::law {

/// `approaches`, `selection`, `influence`, `outliers`, `sensitivity`; null or empty where the form
/// has none.
nlohmann::ordered_json to_json(const Appraisal& appraisal, const Fit& fit);

std::string to_text(const Appraisal& appraisal);

}  // namespace enigma::law
