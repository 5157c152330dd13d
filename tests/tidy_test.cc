// House rules as tests: the one-way order of includes, sizes, clocks, names. Walks the source tree.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct SourceFile {
  std::string path;  ///< relative to the root, with '/'
  std::vector<std::string> lines;
};

// Longest prefix first: the room of a file is the first entry that its path starts with.
const std::vector<std::pair<std::string, std::set<std::string>>> kMayInclude = {
    {"sweeps/law/", {"diagnostics/", "files/", "recordings/", "model/shape/", "sweeps/"}},
    {"model/shape/", {"diagnostics/", "files/"}},
    {"worker/protocol/", {"diagnostics/", "files/", "recordings/", "model/shape/", "sweeps/"}},
    {"orchestrator/decide/",
     {"diagnostics/", "files/", "recordings/", "model/shape/", "sweeps/", "worker/protocol/",
      "db/"}},
    {"orchestrator/launch/", {}},
    {"orchestrator/",
     {"diagnostics/", "files/", "recordings/", "model/shape/", "sweeps/", "sweeps/law/",
      "worker/protocol/", "db/", "orchestrator/decide/", "orchestrator/launch/"}},
    {"diagnostics/", {}},
    {"files/", {"diagnostics/"}},
    {"recordings/", {"diagnostics/", "files/"}},
    {"sweeps/", {"diagnostics/", "files/", "recordings/", "model/shape/"}},
    {"db/",
     {"diagnostics/", "files/", "recordings/", "model/shape/", "sweeps/", "worker/protocol/"}},
    {"model/", {"diagnostics/", "files/", "model/shape/"}},
    {"worker/",
     {"diagnostics/", "files/", "recordings/", "model/", "model/shape/", "sweeps/",
      "worker/protocol/"}},
};

/// The few places that read the wall clock, time themselves, or draw true randomness.
const std::set<std::string> kEdges = {"recordings/cli/progress.cc", "worker/clock.cc",
                                      "orchestrator/clock.cc"};

/// The training loop is the one long function of the house (a page, as named in DESIGN).
const std::map<std::string, size_t> kLongFunctions = {{"worker/train.cc", 110}};

constexpr size_t kFunctionLinesMax = 70;
constexpr size_t kFileLinesMax = 500;
constexpr size_t kColumnsMax = 100;

std::string room_of(const std::string& path) {
  for (const auto& [prefix, allowed] : kMayInclude)
    if (path.starts_with(prefix)) return prefix;
  return "";
}

std::vector<SourceFile> source_files() {
  std::vector<SourceFile> files;
  const fs::path root = ENIGMA_SOURCE_DIR;
  for (const char* folder : {"diagnostics", "files", "recordings", "model", "sweeps", "worker",
                             "db", "orchestrator", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      SourceFile file{fs::relative(entry.path(), root).generic_string(), {}};
      std::ifstream stream(entry.path());
      for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  }
  return files;
}

bool is_test(const std::string& path) {
  return path.starts_with("tests/") || path.ends_with("_test.cc");
}

/// Characters, not bytes: a continuation byte of UTF-8 is no column.
size_t columns_of(const std::string& line) {
  return static_cast<size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Code of a line without its // comment and without string literals.
std::string code_of(const std::string& line) {
  static const std::regex literal(R"("(\\.|[^"\\])*")");
  const std::string bare = std::regex_replace(line, literal, "\"\"");
  return bare.substr(0, bare.find("//"));
}

}  // namespace

TEST_CASE("tidy: includes point one way") {
  static const std::regex include(R"re(^#include "([^"]+/)[^/"]+")re");
  for (const SourceFile& file : source_files()) {
    if (is_test(file.path)) continue;
    const std::string room = room_of(file.path);
    INFO(file.path);
    REQUIRE_FALSE(room.empty());
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const std::string target = room_of(match[1].str() + "x");
      const auto rule = std::find_if(kMayInclude.begin(), kMayInclude.end(),
                                     [&](const auto& entry) { return entry.first == room; });
      INFO(line);
      CHECK((target == room || rule->second.contains(target)));
    }
  }
}

TEST_CASE("tidy: lines, functions and files stay short") {
  for (const SourceFile& file : source_files()) {
    INFO(file.path);
    if (!is_test(file.path)) CHECK(file.lines.size() <= kFileLinesMax);
    const auto exception = kLongFunctions.find(file.path);
    const size_t limit = exception == kLongFunctions.end() ? kFunctionLinesMax : exception->second;
    size_t opened_at = 0;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      INFO("line " << i + 1);
      CHECK(columns_of(line) <= kColumnsMax);
      // clang-format puts a function's last brace into column 0, and only functions, types and
      // tables end so.
      static const std::regex type_or_table(
          R"(^(namespace|struct|class|enum|union|extern|const|static const|constexpr)\b)");
      if (!line.empty() && line.ends_with("{") && line[0] != ' ' && line[0] != '}' &&
          !std::regex_search(line, type_or_table))
        opened_at = i + 1;
      if (line == "}" && opened_at > 0) {
        if (!is_test(file.path)) CHECK(i + 1 - opened_at <= limit);
        opened_at = 0;
      }
    }
  }
}

TEST_CASE("tidy: clocks and true randomness stay at the edges") {
  static const std::regex clock(
      R"((system_clock|steady_clock|random_device|\brand\(|clock_gettime))");
  for (const SourceFile& file : source_files()) {
    if (is_test(file.path) || kEdges.contains(file.path) ||
        file.path.starts_with("orchestrator/launch/"))
      continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      INFO(file.path << ":" << i + 1);
      CHECK_FALSE(std::regex_search(code_of(file.lines[i]), clock));
    }
  }
}

TEST_CASE("tidy: no macros but one, no using namespace, no loose ends, no vague names") {
  static const std::regex macro(R"(^#define \w+\()");
  static const std::regex loose(R"((TODO|FIXME|XXX))");
  static const std::regex vague(
      R"((^|[/_])(manager|util|utils|helper|helpers|common|misc)([_./]|$))");
  for (const SourceFile& file : source_files()) {
    INFO(file.path);
    CHECK_FALSE(std::regex_search(file.path, vague));
    if (is_test(file.path)) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      INFO("line " << i + 1);
      const std::string& line = file.lines[i];
      if (file.path != "diagnostics/check.h") CHECK_FALSE(std::regex_search(line, macro));
      CHECK(code_of(line).find("using namespace") == std::string::npos);
      CHECK_FALSE(std::regex_search(line, loose));
    }
  }
}

TEST_CASE("tidy: every header is included by someone") {
  const auto files = source_files();
  std::set<std::string> included;
  static const std::regex include(R"re(#include "([^"]+)")re");
  for (const SourceFile& file : files)
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (std::regex_search(line, match, include)) included.insert(match[1].str());
    }
  for (const SourceFile& file : files) {
    if (!file.path.ends_with(".h")) continue;
    INFO(file.path);
    CHECK(included.contains(file.path));
  }
}
