// The document of one sweep: what was planned, what is done, and what it has cost over time.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <optional>
#include <string>

namespace enigma::documents {

/// {name, submitted_at, points, counts, spend, eta_s, planned{flops, device_hours, usd},
/// history[]{at, done, device_hours}, spec}: the history sums the attempts that have ended, at most
/// two hundred moments of it. Nothing where there is no such sweep.
std::optional<Json> sweep(const db::Store& store, const std::string& name);

}  // namespace enigma::documents
