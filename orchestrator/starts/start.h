// A submission may be started more than once without us: a site requeues its job, a chain goes on.
// Each start is an attempt. The first one's token is the submission's, the n-th later one's
// TOKEN~n. The launcher gives these names, decisions read them; it links libc alone, so this is a
// header.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace enigma {

/// The submission's token.
inline std::string submission_of(const std::string& token) {
  return token.substr(0, token.find('~'));
}

/// Which start: 0 for the first.
inline int64_t start_of(const std::string& token) {
  const size_t mark = token.find('~');
  return mark == std::string::npos ? 0 : std::atoll(token.c_str() + mark + 1);
}

inline std::string token_of_start(const std::string& submission, int64_t start) {
  return start == 0 ? submission : submission + "~" + std::to_string(start);
}

}  // namespace enigma
