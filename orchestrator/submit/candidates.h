// Runs that a sweep could make next: its sizes and budgets, those between them, and one step
// beyond.
#pragma once

#include "orchestrator/submit/like_run.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace enigma {

struct CandidateRequest {
  LikeRun like;          ///< its settings are those of all candidates
  std::string sessions;  ///< name of the session set; empty = as the run has it
  std::vector<nlohmann::ordered_json> sizes;  ///< that the sweep has
  std::vector<double> budgets;                ///< in FLOPs, that the sweep has
};

/// One size with one budget.
struct CandidateRun {
  bool buildable = false;  ///< else nothing below is known
  bool known = false;      ///< the store has it
  nlohmann::ordered_json values;
  double n = 0, d = 0, c = 0, u = 0;  ///< shared parameters, windows, FLOPs, unique windows
};

struct Candidates {
  std::vector<nlohmann::ordered_json> sizes;
  std::vector<double> budgets;
  std::vector<CandidateRun> runs;             ///< size by size, each with every budget
  std::optional<double> usd_per_device_hour;  ///< the spec's, else the site's of the day
  nlohmann::ordered_json spec;                ///< of all of them; data and site by absolute paths
};

/// The sizes and budgets that a sweep has on these sessions, like one of its runs. REQUIRES: the
/// sweep exists.
CandidateRequest candidate_request(const db::Store& store, const std::string& sweep,
                                   const std::string& run, const std::string& sessions);

/// What of them can be planned. No value, with the last reason, where none can.
Parsed<Candidates> candidates_of(const CandidateRequest& request, const db::Store& store,
                                 const std::filesystem::path& store_folder);

/// A spec of the sweep's own name with the sizes and budgets of the runs at these indices, every
/// size with every budget.
nlohmann::ordered_json spec_of(const Candidates& candidates, const std::vector<size_t>& chosen);

}  // namespace enigma
