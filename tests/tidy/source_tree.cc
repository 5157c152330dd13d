#include "tests/tidy/source_tree.h"

#include <filesystem>
#include <fstream>
#include <regex>

namespace enigma::tidy {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = ENIGMA_SOURCE_DIR;

}  // namespace

std::vector<SourceFile> source_files() {
  std::vector<SourceFile> files;
  for (const char* folder :
       {"diagnostics", "files", "processes", "random", "input", "http", "tokens", "recordings",
        "model", "sweeps", "worker", "db", "orchestrator", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") { continue; }
      const auto path = fs::relative(entry.path(), kRoot).generic_string();
      files.push_back({path, lines_of(path)});
    }
  }
  return files;
}

bool is_test(const std::string& path) {
  return path.starts_with("tests/") || path.ends_with("_test.cc");
}

std::vector<std::string> includes_of(const SourceFile& file) {
  static const std::regex include(R"re(^#include "([^"]+)")re");
  std::vector<std::string> paths;
  for (const std::string& line : file.lines) {
    std::smatch match;
    if (std::regex_search(line, match, include)) { paths.push_back(match[1].str()); }
  }
  return paths;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream stream(kRoot / path);
  for (std::string line; std::getline(stream, line);) { lines.push_back(line); }
  return lines;
}

}  // namespace enigma::tidy
