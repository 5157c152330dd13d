// The one macro of the house: a programmer's mistake ends the process with file, line and reason,
// in every build type. User mistakes are Diagnostics, never checks.
#pragma once

namespace enigma {

/// Prints `file:line: check failed: condition: why` to standard error and aborts.
[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);

}  // namespace enigma

#define ENIGMA_CHECK(condition, why) \
  ((condition) ? void() : ::enigma::check_failed(#condition, why, __FILE__, __LINE__))
