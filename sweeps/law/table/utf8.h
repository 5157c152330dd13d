// Unicode code points as UTF-8.
#pragma once

#include <cstdint>

namespace enigma::law {

/// Gives the one to four bytes of a code point to `put`, in turn.
template <typename Put>
void append_utf8(uint32_t point, Put put) {
  const auto rest = [&](int shift) { put(static_cast<char>(0x80 | (point >> shift & 0x3f))); };
  if (point < 0x80) {
    put(static_cast<char>(point));
  } else if (point < 0x800) {
    put(static_cast<char>(0xc0 | point >> 6));
    rest(0);
  } else if (point < 0x10000) {
    put(static_cast<char>(0xe0 | point >> 12));
    rest(6);
    rest(0);
  } else {
    put(static_cast<char>(0xf0 | point >> 18));
    rest(12);
    rest(6);
    rest(0);
  }
}

}  // namespace enigma::law
