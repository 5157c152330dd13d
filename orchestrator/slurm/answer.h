// Pieces of what Slurm's commands print.
#pragma once

#include <algorithm>
#include <string_view>

namespace enigma::slurm {

/// Without blanks at either end.
std::string_view trimmed(std::string_view text);

/// Calls take(line) for each that is not empty.
template <typename Take>
void each_line(std::string_view text, const Take& take) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) { take(text.substr(0, end)); }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace enigma::slurm
