// The hero run of a sweep: the spec of one point, of the size and budget that a law asks for, on
// the recordings and with the settings of the sweep that the law was fitted to.
#pragma once

#include "orchestrator/submit/submission.h"

#include <nlohmann/json.hpp>

namespace enigma {

struct HeroRequest {
  SweepRequest like;        ///< the sweep's spec and recordings
  double n = 0;             ///< shared parameters asked for
  double flops = 0;         ///< budget
  std::string sessions;     ///< name of the session set; empty = the last that the spec trains on
  nlohmann::json settings;  ///< axis → value, for the axes that the law does not set
};

struct Hero {
  nlohmann::ordered_json spec;  ///< complete; recordings and a site's file by absolute paths
  sweeps::Plan plan;            ///< of it: one point
};

/// The buildable size whose shared parameters are nearest to n: the published ones where the sweep
/// has published sizes alone, else width × layers at about the sweep's own proportion. Errors where
/// the nearest is off by more than a factor of 1.5, and those of the plan.
Parsed<Hero> hero_of(const HeroRequest& request, const db::Store* store,
                     const std::filesystem::path& store_folder);

}  // namespace enigma
