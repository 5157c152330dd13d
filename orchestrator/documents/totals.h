// What `status` says of all runs together: `counts`, `spend`, `sweeps`.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::documents {

/// One run as totals count it.
struct Counted {
  std::string id;
  db::State state = db::State::waiting;
  int64_t target_step = 0;
  std::optional<int64_t> step;  ///< null where nothing has been reported
  double wall_s = 0, device_s = 0, wasted_device_s = 0;
  db::Time reported_at = 0;     ///< its newest report came; 0: none has
  std::optional<double> flops;  ///< that its plan says it takes
  std::vector<std::string> sweeps;
};

/// The runs of a sweep in the order of its spec, or all by position, from narrow rows: no plan is
/// read, and the steps of those runs alone whose pace an estimate needs. For a caller that holds a
/// moment of the store.
std::vector<Counted> counted(const db::Store& store, const std::optional<std::string>& sweep);

/// {counts, spend, sweeps} of these runs; `sweeps` holds all, or the one that is named.
Json totals(const db::Store& store, const std::optional<std::string>& sweep,
            const std::vector<Counted>& runs);

/// Dollars of a device hour as the sweep's spec says, where it does.
std::optional<double> usd_per_device_hour(const db::SweepRow& sweep);

}  // namespace enigma::documents
