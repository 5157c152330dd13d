#include "diagnostics/printable.h"

#include <array>
#include <cstdint>

namespace enigma {
namespace {

struct Character {
  size_t bytes = 0;  ///< 0 = the text begins with no character
  uint32_t code = 0;
};

Character first_of(std::string_view text) {
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(text[at]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) { return {1, lead}; }
  if (lead < 0xC2 || lead > 0xF4) { return {}; }
  const size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < bytes) { return {}; }
  uint32_t code = lead & (0x7FU >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) { return {}; }
    code = code << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::array<uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  return code < kLeast[bytes] || surrogate || code > 0x10FFFF ? Character{}
                                                              : Character{bytes, code};
}

std::string escaped(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

/// Also the controls of U+0080…U+009F, which terminals obey as they obey ESC.
bool is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character one = first_of(text);
    if (one.bytes == 0) { return false; }
    text.remove_prefix(one.bytes);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const Character one = first_of(text);
    const std::string_view bytes = text.substr(0, one.bytes == 0 ? 1 : one.bytes);
    line += one.bytes == 0 || is_control(one.code) ? escaped(bytes) : std::string(bytes);
    text.remove_prefix(bytes.size());
  }
  return line;
}

}  // namespace enigma
