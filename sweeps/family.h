// What a plan, a cost and the settings table know of a family of models: its pure shape, the data
// that it reads, and the settings that it alone has.
#pragma once

#include "model/shape/size.h"
#include "recordings/manifest.h"
#include "sweeps/expand.h"
#include "sweeps/sessions.h"
#include "sweeps/setting.h"
#include "sweeps/spec.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// What points share that have the same sessions, size, `Point::own`, lanes, windows a lane and
/// training strategies: it may depend on nothing else of them.
struct TrainingCost {
  double flops_per_window = 0;    ///< of training: expected, dense convention
  double neurons_per_window = 0;  ///< expected; 0 where the family has none
  model::ParameterCounts params;
  int64_t state_bytes = 0;       ///< parameters, gradients, moments
  int64_t activation_bytes = 0;  ///< of one lane's windows
  int64_t windows_unique = 0;    ///< disjoint training windows of all its sessions
  double neuron_seconds = 0;     ///< neurons x seconds in them
  std::vector<std::string> strategies_dropped;
  std::optional<double> irreducible_loss;      ///< no model can go below it, where the data say so
  std::map<std::string, Diagnostic> warnings;  ///< by what they are of: a plan tells each once
};

class Family {
 public:
  virtual ~Family() = default;
  /// The word of `model.family`.
  virtual const char* name() const = 0;
  /// The rows of the settings table that it alone has.
  virtual std::vector<Setting> settings() const = 0;
  /// Names that `model.size` may be.
  virtual const std::vector<std::string>& size_names() const = 0;
  /// Why a size cannot be built, or nothing.
  virtual std::optional<std::string> check_size(const model::ModelSize& size) const = 0;
  /// The size with its width, layers and heads, whether or not it has a name.
  virtual model::ModelSize spelled_out(const model::ModelSize& size) const = 0;
  /// Fills in what a new spec means where it says nothing and older points meant something else.
  virtual void settle(Point& /*point*/) const {}
  /// Names that `evaluation.strategies` may hold.
  virtual const std::vector<std::string>& strategy_names() const = 0;

  /// What lies below `data`, windows counted under the spec's rule. `cache`: a file for digests.
  virtual recordings::Manifest inspect(const Spec& spec, const std::filesystem::path& data,
                                       const std::filesystem::path& cache) const = 0;
  virtual recordings::WindowRule rule_of(const Spec& spec,
                                         const recordings::Manifest& manifest) const = 0;
  /// What is wrong with the sets of sessions, whichever points are made of them.
  virtual std::vector<Diagnostic> check_sets(const Spec& spec, const SessionSets& sets,
                                             const recordings::Manifest& manifest) const = 0;
  /// What is wrong with training and scoring `points` on them.
  virtual std::vector<Diagnostic> check_points(const Spec& spec, const SessionSets& sets,
                                               const recordings::Manifest& manifest,
                                               const std::vector<SweepPoint>& points) const = 0;
  /// Of a point that trains on `sessions`, in its order. No value, with the reasons at their places
  /// in the spec, where it cannot be trained.
  virtual Parsed<TrainingCost> cost(const Spec& spec, const SweepPoint& point,
                                    const std::vector<recordings::SessionInfo>& sessions) const = 0;
};

/// Every family of this version, in the order in which people are told of them.
const std::vector<const Family*>& families();
std::vector<std::string> family_names();
/// REQUIRES: one of family_names().
const Family& family_named(const std::string& name);
/// The family that a document names at `place`, where that is one; else a point's default.
std::string family_at(const Json& document, const Json::json_pointer& place);
/// The family of a spec: of its axis, else of its defaults, else a point's.
std::string family_of_spec(const Json& document);
/// Of all families: what editors may offer before they know the family.
std::vector<std::string> size_names();
std::vector<std::string> strategy_names();

}  // namespace enigma::sweeps
