// House rules as tests: sizes, clocks, names. Walks the source tree.
#include "tests/tidy/source_tree.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace enigma::tidy {
namespace {

/// The few places that read the wall clock, time themselves, or draw true randomness.
const std::set<std::string> kEdges = {"processes/run.cc", "recordings/cli/progress.cc",
                                      "worker/clock/clock.cc", "orchestrator/serve/clock.cc",
                                      "worker/parallel/delayed.cc"};

/// The training loop is the one long function of the house (a page, as named in DESIGN).
const std::map<std::string, size_t> kLongFunctions = {{"worker/train.cc", 110}};

constexpr size_t kFunctionLinesMax = 70;
constexpr size_t kFileLinesMax = 500;
constexpr size_t kColumnsMax = 100;

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

TEST_CASE("tidy: lines, functions and files stay short") {
  for (const SourceFile& file : source_files()) {
    INFO(file.path);
    if (!is_test(file.path)) { CHECK(file.lines.size() <= kFileLinesMax); }
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
          !std::regex_search(line, type_or_table)) {
        opened_at = i + 1;
      }
      if (line == "}" && opened_at > 0) {
        if (!is_test(file.path)) { CHECK(i + 1 - opened_at <= limit); }
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
        file.path.starts_with("orchestrator/launch/")) {
      continue;
    }
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
    if (is_test(file.path)) { continue; }
    for (size_t i = 0; i < file.lines.size(); ++i) {
      INFO("line " << i + 1);
      const std::string& line = file.lines[i];
      if (file.path != "diagnostics/check.h") { CHECK_FALSE(std::regex_search(line, macro)); }
      CHECK(code_of(line).find("using namespace") == std::string::npos);
      CHECK_FALSE(std::regex_search(line, loose));
    }
  }
}

TEST_CASE("tidy: every header is included by someone") {
  const auto files = source_files();
  std::set<std::string> included;
  static const std::regex include(R"re(#include "([^"]+)")re");
  for (const SourceFile& file : files) {
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (std::regex_search(line, match, include)) { included.insert(match[1].str()); }
    }
  }
  for (const SourceFile& file : files) {
    if (!file.path.ends_with(".h")) { continue; }
    INFO(file.path);
    CHECK(included.contains(file.path));
  }
}

}  // namespace enigma::tidy
