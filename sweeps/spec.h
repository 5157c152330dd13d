// A sweep as its author wrote it, checked: plain structs with the places kept, so that what can be
// judged only against the recordings still names its line.
#pragma once

#include "input/document.h"
#include "input/fields.h"
#include "sweeps/ceiling.h"
#include "worker/protocol/retry_limit.h"
#include "worker/protocol/stop_rule.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// `data`: what is absent is taken from the recordings (recordings::natural_rule).
struct DataBlock {
  std::string path;  ///< empty = to be given on the command line
  std::optional<double> rate_hz;
  std::optional<int64_t> window_samples;
  std::optional<std::string> align;  ///< trial | free
  std::vector<std::string> modalities;
};

/// One of: `list`, `first` of an order, or `where`.
struct SessionSet {
  std::string name;
  std::vector<std::string> list;
  std::optional<int64_t> first;
  std::string order = "name";  ///< name | neurons | seconds; the latter two from most to least
  std::string where;
};

/// A value for one PATH, as written, and where.
struct Assignment {
  std::string path, pointer;
  Json value;
};

/// A PATH and its values in the order of the spec (a `geom` already spelled out).
struct Axis {
  std::string path;
  std::vector<Assignment> values;
};

/// PATHs that vary together: the k-th values of all of them make one choice.
struct ZipGroup {
  std::string pointer;
  std::vector<Axis> axes;  ///< sorted by PATH, equally long
};

/// A point beside those of the product: what it sets above the defaults.
struct IncludedPoint {
  std::string pointer;
  std::vector<Assignment> values;
};

/// A PATH whose value follows from others (formula.h over the names of quantity.h).
struct Derivation {
  std::string path, pointer, formula;
};

/// A condition (condition.h over the names of quantity.h) on points.
struct PointFilter {
  std::string pointer, condition;
  bool excludes = false;  ///< else points where it does not hold are left out
};

/// The first rule whose condition holds (over the names of quantity.h) says what a point's job
/// takes.
struct ResourceRule {
  std::string condition;             ///< empty = always
  std::vector<int64_t> nodes = {1};  ///< counts that it may run on, rising
  int64_t devices = 1;               ///< of one node
  std::optional<int64_t> ranks;  ///< of the most nodes, a multiple of them; nothing: one a device
  std::optional<double> time_s;  ///< time limit of a job
  int64_t spares = 0;            ///< nodes more than it runs on, for those that fail
  int64_t chain = 1;             ///< jobs submitted at once, each to go on where the last one ended
};

struct Spec {
  Document document;
  std::string name;
  std::string family = "brain";    ///< of all its points
  std::string executor = "local";  ///< local | slurm
  std::string site;                ///< name or file of a profile (site.h); empty: none
  DataBlock data;
  std::vector<SessionSet> session_sets;
  std::string evaluation_sessions;  ///< name of a set
  std::vector<std::string> evaluation_strategies;
  std::vector<Assignment> defaults;
  std::vector<Axis> axes;  ///< sorted by PATH
  std::vector<ZipGroup> zip;
  std::vector<IncludedPoint> include;
  std::vector<Derivation> derive;    ///< each behind those that its formula names
  std::vector<PointFilter> filters;  ///< `where`, then `exclude`
  std::vector<int64_t> seeds = {0};
  std::vector<ResourceRule> resources;
  CeilingBlock ceilings;
  std::vector<protocol::StopRule> stop;
  std::map<std::string, protocol::RetryLimit> retry;  ///< by failure class
  int64_t priority = 0;
};

inline constexpr size_t kPointsMax = 100'000;
inline constexpr size_t kCandidatesMax = 1'000'000;  ///< before `where` and `exclude`

/// Whether points are made of the product of axes and zip groups: not of `include` alone.
inline bool has_product(const Spec& spec) {
  return spec.include.empty() || !spec.axes.empty() || !spec.zip.empty();
}

/// Every value that the spec sets: defaults, axes, zip groups, included points.
std::vector<Assignment> assignments_of(const Spec& spec);

/// PATHs that differ between points, as `values` of a point lists them: sorted, each once.
std::vector<std::string> varied_paths(const Spec& spec);

/// Reads and checks a spec; every problem in one pass. Whether sessions exist is judged later,
/// against the recordings (sessions.h).
Parsed<Spec> parse_spec(std::string_view text, const std::string& file);

}  // namespace enigma::sweeps
