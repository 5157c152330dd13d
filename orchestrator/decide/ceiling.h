// What the runs of a sweep may use together: reserved when one starts, settled by what it has used,
// over all its attempts. Pure: what has been used is an argument.
#pragma once

#include "db/rows.h"
#include "db/run.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::decide {

/// A ceiling beside what the runs of its sweep have used.
struct Account {
  db::Ceiling ceiling;
  double used_device_hours = 0;  ///< of all attempts of all its runs, lost work included
  /// Run → device-hours expected of it as a whole, of the runs that a turn looks at; nothing where
  /// its plan knows none.
  std::map<std::string, std::optional<double>> expected_device_hours;
};

/// Of ceilings and what counts against them, as the store has both.
std::vector<Account> accounts_of(std::vector<db::Ceiling> ceilings,
                                 const std::vector<db::Charge>& charges);

/// Device-hours that a run still takes: by its own pace where it is at work and has reported steps,
/// else by what is expected of it, for the steps behind the checkpoint that it goes on from. 0
/// where neither is known.
double remaining_device_hours(const db::Run& run, std::optional<double> expected);

/// What the sweep's runs at work will still take, besides what they have used.
double reserved_device_hours(const Account& account, const std::vector<db::Run>& runs);

/// Why a run is to be held: its sweep has used its ceiling up, or the run alone would pass it. A
/// run at work is held only where the ceiling is used up and stops runs.
std::optional<std::string> held_by(const db::Run& run, const std::vector<Account>& accounts);

/// Why a run waits: with what the runs at work will still take, it would pass a ceiling.
std::optional<std::string> waits_for(const db::Run& run, const std::vector<Account>& accounts,
                                     const std::vector<db::Run>& runs);

}  // namespace enigma::decide
