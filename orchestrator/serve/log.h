// What a controller says to whoever reads its log.
#pragma once

#include <string>

namespace enigma {

/// One line on standard error, whatever strangers have put into it. A line that a full disk did not
/// take does not keep later ones away.
void log_line(const std::string& text);

}  // namespace enigma
