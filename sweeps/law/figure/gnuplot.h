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

enum class FigureFormat { svg, pdf, png };

/// By the file's ending. Throws InputError for any other.
FigureFormat format_of(const std::filesystem::path& file);

/// Runs `script` (everything but terminal and output) and leaves the figure at `file`, whole or
/// not at all. Width is one column of print (3.5 in); SVG and PNG keep its proportions.
void draw(const std::string& script, const std::filesystem::path& file, int limit_ms = 60'000);

}  // namespace enigma::law
