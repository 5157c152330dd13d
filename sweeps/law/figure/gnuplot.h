// gnuplot as a child process with a time limit: a script goes in, a figure comes out.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace enigma::law {

/// gnuplot is missing, failed or took too long; the message says which and what to do.
class FigureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What `script` draws, as the bytes of a file. The script sets its terminal and writes to ARG1.
/// Throws FigureError.
std::string drawn(const std::string& script, int limit_ms = 60'000);

}  // namespace enigma::law
