// How far work is, in words and as a bar.
#pragma once

#include <cstdint>
#include <string>

namespace enigma::recordings {

/// "3 of 9 sessions read, about 4 s left": `past_s` since the work began; done > 0.
std::string progress_text(const std::string& what, int64_t done, int64_t total, double past_s);

/// "[########----------------] 3 of 9 …": the bar of a terminal, filled as far as `done` of
/// `total`.
std::string progress_bar(const std::string& what, int64_t done, int64_t total, double past_s);

}  // namespace enigma::recordings
