// From a spec's text to rows of the store: planned against the recordings and what is known, then
// added. The command line plans to tell the user; the controller plans again to submit.
#pragma once

#include "db/store.h"
#include "orchestrator/attempts/environment.h"
#include "orchestrator/attempts/placement.h"
#include "sweeps/plan.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace enigma {

/// A sweep as it is asked for.
struct SweepRequest {
  std::string text;                   ///< of the spec
  std::string file;                   ///< its name, for diagnostics and for relative paths
  std::string data;                   ///< folder of recordings; empty = the spec's
  std::string executor;               ///< empty = the spec's
  std::string worker;                 ///< program, absolute
  std::optional<double> flops_per_s;  ///< of one device: its peak × the MFU that the user states
  std::optional<attempts::Environment> environment;  ///< of the submitter; none = the controller's
  std::string site = {};           ///< name or file of a profile; empty = the spec's
  std::string day = {};            ///< on which it is planned (ISO 8601): prices change
  std::optional<double> mfu = {};  ///< stated without a peak: of the site's device
};

struct PlannedSweep {
  sweeps::Spec spec;
  sweeps::Plan plan;
  std::filesystem::path data;  ///< absolute
  std::string executor;
  std::optional<sweeps::Site> site;
  /// Points of an earlier submission of this very spec: their plans stay as they were told then.
  std::set<std::string> kept;
};

/// `store` may be null (nothing is known yet). Digests of recordings are cached in `store_folder`
/// where that exists.
Parsed<PlannedSweep> plan_sweep(const SweepRequest& request, const db::Store* store,
                                const std::filesystem::path& store_folder);

/// Where and with what a point's run is started; `environment` names the kept one.
attempts::Placement placement_of(const PlannedSweep& planned, const SweepRequest& request,
                                 const std::string& environment, const sweeps::PlannedPoint& point);

/// Rows for every point. Of those that the store has already, only what may follow a submission;
/// without their plan where it is kept.
/// `environment` names the kept one (local/environment.h).
std::vector<db::NewPoint> rows_of(const PlannedSweep& planned, const SweepRequest& request,
                                  const std::string& environment);

/// What the sweep's runs may use together; nothing where its spec does not say.
std::optional<db::Ceiling> ceiling_of(const PlannedSweep& planned);

/// `{"text", "file", …}`: how a request travels to the controller. Throws InputError.
nlohmann::json to_json(const SweepRequest& request);
SweepRequest sweep_request_from_json(const nlohmann::json& json);

}  // namespace enigma
