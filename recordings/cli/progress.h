// How far a long command is, on standard error; the one place of enigma-data that reads a clock.
#pragma once

#include <cstdint>

namespace enigma::recordings::cli {

/// At most once a second, and not at all for what is done within two: "3 of 9 WHAT, about 4 s
/// left".
void show_progress(const char* what, int64_t done, int64_t total);

/// show_progress in the form that the rooms below call.
void sessions_progress(int64_t done, int64_t total);
void neurons_progress(int64_t done, int64_t total);

}  // namespace enigma::recordings::cli
