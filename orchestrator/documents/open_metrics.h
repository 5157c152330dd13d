// What a monitoring system scrapes: the state of sweeps, of runs at work, and what they cost.
#pragma once

#include "db/store.h"

#include <string>

namespace enigma::documents {

/// OpenMetrics 1.0 text, with its end. Runs by state and sweep; device-hours, lost ones and goodput
/// (the share that was not lost) by sweep; ceilings and what of them is used; of each run at work
/// step, target, training loss, MFU of a step and device-hours. Values that are unknown are left
/// out. Costs what runs, and one row an attempt.
std::string open_metrics(const db::Store& store);

}  // namespace enigma::documents
