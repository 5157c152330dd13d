// What a sweep would do: every point with its parameters, FLOPs, steps, memory and hours, and
// whether it is new. Pure: the recordings and what the store knows are arguments.
#pragma once

#include "recordings/manifest.h"
#include "sweeps/expand.h"
#include "sweeps/site/site.h"
#include "sweeps/spec.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// A point that an earlier submission of the same sweep left in the store; JSON as it lies there.
struct EarlierPoint {
  std::string id;
  std::string values;  ///< axis → value
  int64_t seed = 0;
  std::string canonical;
};

/// How fast one device does the FLOPs of points, as far as that is known.
struct Speeds {
  std::map<std::string, double> measured;  ///< FLOP/s by speed_key(), of finished runs
  std::optional<double> stated;            ///< FLOP/s of any point: peak x stated MFU
  std::optional<double> stated_mfu;        ///< of the site's device, by the point's precision
};
inline constexpr const char* kMeasured = "measured on this device";
inline constexpr const char* kStated = "stated mfu";

/// What of a canonical point a device's speed depends on: family, size, window, precision, windows
/// a step. Points of one key differ in budget, sessions, schedule and the like.
std::string speed_key(const nlohmann::json& canonical);

/// What lies outside the spec and decides nothing about identity.
struct Surroundings {
  std::set<std::string> known_ids;    ///< of the whole store
  std::vector<EarlierPoint> earlier;  ///< of the sweep of this name
  /// Gives them where they are not read yet: asked for where a point is not in the store.
  std::function<std::vector<EarlierPoint>()> read_earlier;
  Speeds speeds;
  std::optional<Site> site;  ///< where the runs go
  std::string day;           ///< of the plan (ISO 8601): prices change
};

enum class Action { fresh, reused, changed };
/// The contract's word: new, reused, changed.
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
  double epochs = 0;                                                   ///< windows / windows_unique
  std::shared_ptr<const std::vector<std::string>> strategies_dropped;  ///< null: none
  int64_t memory_bytes = 0;                                            ///< of one rank, at least
  std::optional<double> irreducible_loss;  ///< no model can go below it, where the data say so
  std::optional<double> device_hours, usd;
  std::optional<double> earliest_start;    ///< a scheduler's estimate, seconds since the epoch
  const char* basis = nullptr;             ///< of the hours: kMeasured, kStated, or none
  int64_t nodes = 1, devices = 1;          ///< the most nodes; devices: of one node
  std::vector<int64_t> node_counts = {1};  ///< that it may run on, rising
  int64_t spares = 0;
  int64_t chain = 1;             ///< jobs that follow each other
  std::optional<int64_t> ranks;  ///< of the most nodes; nothing: one a device
  std::optional<double> time_s;  ///< time limit of its job
  std::vector<Diagnostic> warnings;

  const Point& point() const { return sweep_point.point; }
};

struct Plan {
  std::string sweep;
  std::string executor;
  int64_t priority = 0;
  std::optional<Ceiling> ceiling;
  std::vector<PlannedPoint> points;
  std::vector<Diagnostic> warnings;
};

/// Everything that is wrong with the sweep on these recordings, or its plan. The manifest was
/// inspected by the spec's family, with digests.
Parsed<Plan> make_plan(const Spec& spec, const recordings::Manifest& manifest,
                       const Surroundings& surroundings);

/// Of all hours: kStated where any rests on a statement, else kMeasured; null where any is unknown.
const char* basis_of(const Plan& plan);

/// The document `plan` of the contract, without "schema".
Json to_json(const Plan& plan);
/// One entry of its `points`.
Json to_json(const PlannedPoint& point);

/// The document behind ENIGMA_POINT.
Json point_file_json(const PlannedPoint& point);

}  // namespace enigma::sweeps
