// What a rehearsal has cost a run: from the run as it was before and as it is now. Pure.
#pragma once

#include "db/run.h"
#include "orchestrator/drill/strike.h"

#include <cstdint>
#include <optional>
#include <string>

namespace enigma::drill {

struct Damage {
  bool is_over = false;        ///< the run goes on, or has ended: there is no more to wait for
  bool has_survived = false;   ///< it goes on, or is done
  std::string state;           ///< of the run
  int64_t attempt_before = 0;  ///< by its folder
  std::optional<int64_t> attempt_after;
  std::string ended_as;     ///< class of the attempt that was struck; empty: it lives
  int64_t step_before = 0;  ///< last that had been reported when it was struck
  std::optional<int64_t> resumed_at_step;
  std::optional<int64_t> steps_lost;  ///< reported, and trained again
  std::optional<double> pause_s;      ///< from the strike to the first word after it
};

/// `struck_at`: when. A controller that is killed leaves the attempt as it is: it has survived when
/// the next one has heard of it again.
Damage damage_of(Strike strike, const db::Run& before, const db::Run& now, db::Time struck_at);

}  // namespace enigma::drill
