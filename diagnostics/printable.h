// Text of strangers: whether it is text at all, and how it is written where a terminal reads it.
#pragma once

#include <string>
#include <string_view>

namespace enigma {

/// Well-formed UTF-8 (no surrogates, nothing over-long).
bool is_utf8(std::string_view text);

/// `text` on one line: control characters and bytes that are no UTF-8 become "\xNN".
std::string printable(std::string_view text);

}  // namespace enigma
