// What a sweep would do: every point with its parameters, FLOPs, steps, memory and hours, and
// whether it is new. Pure: the recordings and what the store knows are arguments.
#pragma once

#include "recordings/manifest.h"
#include "sweeps/expand.h"
#include "sweeps/spec.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// A point that an earlier submission of the same sweep left in the store.
struct EarlierPoint {
  std::string id;
  Json values;
  int64_t seed = 0;
  nlohmann::json canonical;
};

/// How fast points run, where that is known.
struct Speed {
  double flops_per_s = 0;  ///< of one device
  std::string basis;       ///< "measured on this device" | "stated mfu"
};

/// What lies outside the spec and decides nothing about identity.
struct Surroundings {
  std::set<std::string> known_ids;    ///< of the whole store
  std::vector<EarlierPoint> earlier;  ///< of the sweep of this name
  std::optional<Speed> speed;
};

enum class Action { fresh, reused, extended, changed };
/// The contract's word: new, reused, extended, changed.
const char* name_of(Action action);

struct PlannedPoint {
  SweepPoint sweep_point;
  Action action = Action::fresh;
  std::string why;  ///< changed: the pointers that differ
  model::ParameterCounts params;
  int64_t windows_unique = 0;      ///< disjoint training windows of all its sessions
  double neuron_seconds = 0;       ///< neurons x seconds in them
  double neuron_seconds_seen = 0;  ///< expected over the whole run
  double flops = 0;                ///< steps x flops_per_step
  double flops_per_window = 0;
  double flops_per_step = 0;
  int64_t steps = 0, windows = 0;
  double epochs = 0;  ///< windows / windows_unique
  std::vector<std::string> strategies_dropped;
  int64_t memory_bytes = 0;
  std::optional<double> device_hours, usd;
  int64_t nodes = 1, devices = 1;
  std::vector<Diagnostic> warnings;

  const Point& point() const { return sweep_point.point; }
};

struct Plan {
  std::string sweep;
  std::string executor;
  int64_t priority = 0;
  std::vector<PlannedPoint> points;
  std::string basis;  ///< of the hours; empty = unknown
  std::vector<Diagnostic> warnings;
};

/// Everything that is wrong with the sweep on these recordings, or its plan. The manifest was
/// inspected under rule_of(spec, manifest), with digests.
Parsed<Plan> make_plan(const Spec& spec, const recordings::Manifest& manifest,
                       const Surroundings& surroundings);

/// The document `plan` of the contract, without "schema".
Json to_json(const Plan& plan);
/// One entry of its `points`.
Json to_json(const PlannedPoint& point);

/// The document behind ENIGMA_POINT.
PointFile point_file(const PlannedPoint& point);

}  // namespace enigma::sweeps
