// The project's C++ files as lines of text.
#pragma once

#include <string>
#include <vector>

namespace enigma::tidy {

struct SourceFile {
  std::string path;  ///< relative to the root, with '/'
  std::vector<std::string> lines;
};

/// The folders at the root that hold C++ files.
std::vector<SourceFile> source_files();

bool is_test(const std::string& path);

/// What the file includes of the project: paths from the root.
std::vector<std::string> includes_of(const SourceFile& file);

/// The lines of a file of the project; `path` from the root. Empty where it is absent.
std::vector<std::string> lines_of(const std::string& path);

}  // namespace enigma::tidy
