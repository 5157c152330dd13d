// Session sets against the recordings: which sessions a name of the spec stands for.
#pragma once

#include "recordings/manifest.h"
#include "sweeps/point.h"
#include "sweeps/spec.h"

#include <map>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// Name of a set → its sessions, as indices into the manifest, sorted.
using SessionSets = std::map<std::string, std::vector<size_t>>;

/// Resolves every set. Told at its line in the spec: a session that does not exist (with the
/// nearest name), an empty set, an expression that cannot be read, and what the family refuses.
/// Names for `where`: name, species, animal, neurons, seconds, hours.
Parsed<SessionSets> resolve_sets(const Spec& spec, const recordings::Manifest& manifest);

/// Names of the sets that any point trains on, each once, in the order of the spec.
std::vector<std::string> training_sets(const Spec& spec);

/// The window rule of a spec over recordings: what its `data` says, the rest as suits them.
recordings::WindowRule rule_of(const Spec& spec, const recordings::Manifest& manifest);

/// As a point knows them: sorted by digest, the order of dealing to lanes.
std::vector<SessionRef> refs_of(const std::vector<size_t>& sessions,
                                const recordings::Manifest& manifest);

}  // namespace enigma::sweeps
