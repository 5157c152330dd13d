// What a fake worker is told to do wrong, and how fast it is: ENIGMA_FAKE of its environment, as
// "seconds=2,die_at=0.5,signal=9,first".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace enigma::fake {

struct Behavior {
  double seconds = 0.3;           ///< that a whole run takes
  std::optional<double> die_at;   ///< fraction of the steps: exit with `exit` or by `signal`
  std::optional<double> hang_at;  ///< fraction of the steps: say nothing more
  int exit = 70;
  int signal = 0;        ///< 0: leave by `exit`
  bool first = false;    ///< misbehave in the first attempt only
  int64_t rank = 0;      ///< that misbehaves
  std::string says;      ///< last words on standard error
  bool silent = false;   ///< no HTTP: the spool is the only way
  int64_t bad_line = 0;  ///< this line of the spool is no report; 0: none
  bool cut_end = false;  ///< the last line lacks its newline
  bool torn = false;     ///< leave a torn checkpoint behind when dying
};

/// Throws std::invalid_argument for a word that is not known.
Behavior behavior_of(const std::string& words);

}  // namespace enigma::fake
