// What counts against the ceilings of sweeps, in memory: read from the store once, then kept as
// runs are written. A run's use takes the place of what was known of it, so that nothing is counted
// twice.
#pragma once

#include "db/rows.h"
#include "orchestrator/decide/ceiling.h"

#include <map>
#include <string>
#include <vector>

namespace enigma {

class Ledger {
 public:
  Ledger() = default;
  Ledger(std::vector<db::Ceiling> ceilings, const std::vector<db::Charge>& charges);

  /// A run as it has been written.
  void put(const db::Run& run);
  /// Of every sweep with a ceiling; what is expected, of these runs alone.
  std::vector<decide::Account> accounts(const std::vector<db::Run>& runs) const;
  /// Whether a ceiling holds the run.
  bool holds(const db::Run& run) const;

 private:
  struct Book {
    decide::Account account;  ///< with all runs of its sweep
    std::map<std::string, double> used_device_hours;
  };
  std::vector<Book> books_;
};

}  // namespace enigma
