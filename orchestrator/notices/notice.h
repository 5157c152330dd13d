// What somebody who isn't looking wants to be told: a sweep has ended, a run has failed for good, a
// ceiling is near. Made of what the store has committed, so that none is missed and none is made
// up.
#pragma once

#include "db/store.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace enigma::notices {

/// How far the store's events have been told, and of which sweeps that their ceiling is near.
struct Told {
  int64_t event = 0;
  std::set<std::string> near_ceiling;
  bool operator==(const Told&) const = default;
};
std::string to_text(const Told& told);
/// Throws std::runtime_error for what is not the text of one.
Told told_from(const std::string& text);

/// A ceiling is near from this share of it on.
inline constexpr double kNear = 0.9;

/// The next ones, each one JSON object, and what is told once they have been delivered:
/// `{"schema": "enigma.notice/1", "kind", "id", "at", "text", …}` with `run` and `sweeps` (kind
/// run_failed), or `sweep` and `counts` (sweep_ended), `used_device_hours` and `device_hours`
/// (ceiling_near). `id` is the same however often a notice is delivered.
struct Next {
  std::vector<std::string> notices;
  Told told;
};
Next next_notices(const db::Store& store, const Told& told, db::Time now);

}  // namespace enigma::notices
