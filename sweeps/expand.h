// From a spec to its points: defaults, the product of axes and zip groups, included points, derived
// values, filters, and then the seeds.
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
  std::string canonical;  ///< text of its canonical form: made once, asked for often
  std::string id;
  std::string name;    ///< for people: size, subset, budget, what else differs, seed
  std::string subset;  ///< name of the session set
  std::string digest;  ///< of its sessions
  Json values;         ///< varied_paths() → value, as the spec says it, or as a point has it
};

/// Points in the order of the product (axes by PATH, then zip groups; values as written), then
/// those of `include`; seeds innermost. A point that equals an earlier one (two names for the same
/// sessions, say) is left out with a warning.
Parsed<std::vector<SweepPoint>> expand(const Spec& spec, const SessionSets& sets,
                                       const recordings::Manifest& manifest);

/// "20M" or "128x4x4" (width x layers x heads).
std::string size_name(const model::ModelSize& size);

}  // namespace enigma::sweeps
