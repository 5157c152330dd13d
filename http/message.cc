#include "http/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace enigma::http {
namespace {

std::optional<char> escaped_byte(const std::string& text, size_t at) {
  if (at + 2 >= text.size()) { return std::nullopt; }
  const auto high = static_cast<unsigned char>(text[at + 1]);
  const auto low = static_cast<unsigned char>(text[at + 2]);
  if (!std::isxdigit(high) || !std::isxdigit(low)) { return std::nullopt; }
  return static_cast<char>(std::stoi(text.substr(at + 1, 2), nullptr, 16));
}

}  // namespace

std::string percent_decoded(const std::string& text, bool plus_is_space) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? escaped_byte(text, i) : std::nullopt;
    if (byte) {
      decoded += *byte;
      i += 2;
    } else {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved =
        byte < 0x80 && (std::isalnum(byte) || std::string("-._~").find(c) != std::string::npos);
    encoded += unreserved ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

std::optional<std::string> cookie_value(const std::string& header, const std::string& name) {
  for (size_t from = 0; from < header.size();) {
    const size_t to = std::min(header.find(';', from), header.size());
    const std::string pair = header.substr(from, to - from);
    if (pair.starts_with(name + "=")) { return pair.substr(name.size() + 1); }
    from = std::min(header.find_first_not_of(' ', to + 1), header.size());
  }
  return std::nullopt;
}

std::optional<std::string> query_value(const std::string& query, const std::string& key) {
  for (size_t from = 0; from <= query.size();) {
    const size_t to = std::min(query.find('&', from), query.size());
    const std::string pair = query.substr(from, to - from);
    const size_t equals = pair.find('=');
    if (percent_decoded(pair.substr(0, equals), true) == key && !pair.empty()) {
      return equals == std::string::npos ? "" : percent_decoded(pair.substr(equals + 1), true);
    }
    from = to + 1;
  }
  return std::nullopt;
}

}  // namespace enigma::http
