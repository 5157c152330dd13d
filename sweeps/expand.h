// From a spec to its points: defaults, then the product of the axes, then the seeds.
#pragma once

#include "recordings/manifest.h"
#include "sweeps/point.h"
#include "sweeps/sessions.h"
#include "sweeps/spec.h"

#include <string>
#include <vector>

namespace enigma::sweeps {

/// A point with what a sweep remembers of it and its identity does not.
struct SweepPoint {
  Point point;
  nlohmann::json canonical;  ///< of the point: made once, asked for often
  std::string id;
  std::string name;    ///< for people: size, subset, budget, what else differs, seed
  std::string subset;  ///< name of the session set
  Json values;         ///< axis → value, as the spec says it
};

/// Points in the order of the product: axes by PATH, values as written, seeds innermost. A point
/// that equals an earlier one (two names for the same sessions, say) is left out with a warning.
Parsed<std::vector<SweepPoint>> expand(const Spec& spec, const SessionSets& sets,
                                       const recordings::Manifest& manifest);

/// "20M" or "128x4x4" (width x layers x heads).
std::string size_name(const model::ModelSize& size);

}  // namespace enigma::sweeps
