// Times and durations as people read them; documents in JSON keep the seconds.
#pragma once

#include <string>

namespace enigma::documents {

/// "2026-11-28 18:50:12" in UTC, of seconds since the epoch.
std::string time_text(double at_s);

/// Two units at most: "4.2 s", "45 s", "3 min 20 s", "2 h 10 min", "3 d 4 h".
std::string duration_text(double seconds);

}  // namespace enigma::documents
