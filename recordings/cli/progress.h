// How far a long command is, on standard error; the one place of enigma-data that reads a clock.
#pragma once

#include <cstdint>

namespace enigma::recordings::cli {

/// At most once a second, and not at all for what is done within two: a bar on a terminal, which is
/// gone when all is done, else a line of text.
void show_progress(const char* what, int64_t done, int64_t total);

/// Takes the bar away before other words come; nothing where none is drawn.
void clear_progress();

/// show_progress in the form that the rooms below call.
void sessions_progress(int64_t done, int64_t total);
void neurons_progress(int64_t done, int64_t total);

}  // namespace enigma::recordings::cli
