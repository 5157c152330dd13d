// Specs as data: tests/specs/<name>.json with the expected lines of diagnostics beside it in
// <name>.expected (no such file: the spec is good). ENIGMA_WRITE_EXPECTED=1 writes them anew.
#include "sweeps/spec.h"

#include "files/atomic_file.h"
#include "sweeps/axes.h"
#include "sweeps/schema.h"
#include "sweeps/setting.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

using namespace enigma;
using namespace enigma::sweeps;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> specs_in(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::is_directory(folder)) { return files; }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") { files.push_back(entry.path()); }
  }
  std::sort(files.begin(), files.end());
  return files;
}

const fs::path kRoot = ENIGMA_SOURCE_DIR;

bool valid_by_schema(const std::string& text) {
  const auto parsed = parse_document(text, "s.json");
  REQUIRE(parsed.ok());
  const nlohmann::json schema_json = spec_schema();
  const nlohmann::json spec_json = parsed.value->root;
  valijson::Schema schema;
  valijson::SchemaParser parser;
  const valijson::adapters::NlohmannJsonAdapter schema_adapter(schema_json);
  parser.populateSchema(schema_adapter, schema);
  valijson::Validator validator;
  const valijson::adapters::NlohmannJsonAdapter spec_adapter(spec_json);
  return validator.validate(schema, spec_adapter, nullptr);
}

std::string with(const std::string& member) {
  return R"({"version": 1, "name": "n", "session_sets": {"s": {"first": 1}},
    "evaluation": {"sessions": "s", "strategies": ["video_only"]},
    "defaults": {"model": {"size": "1M"}, "data": {"sessions": "s"}, "budget": {"flops": 1e15}},
    )" + member +
         "}";
}

}  // namespace

TEST_CASE("spec: every spec of tests/specs gives the diagnostics beside it") {
  const auto files = specs_in(kRoot / "tests" / "specs");
  REQUIRE(files.size() >= 5);
  for (const fs::path& file : files) {
    INFO(file.filename().string());
    const auto parsed = parse_spec(read_file(file), file.filename().string());
    std::string lines;
    for (const Diagnostic& diagnostic : parsed.diagnostics) { lines += to_text(diagnostic) + "\n"; }
    fs::path expected = file;
    expected.replace_extension(".expected");
    if (std::getenv("ENIGMA_WRITE_EXPECTED") != nullptr && !lines.empty()) {
      write_atomically(expected, lines);
    }
    CHECK(parsed.ok() == !fs::exists(expected));
    CHECK(lines == (fs::exists(expected) ? read_file(expected) : ""));
  }
}

TEST_CASE("spec: examples and good specs pass the parser and the schema") {
  auto files = specs_in(kRoot / "examples");
  for (const fs::path& file : specs_in(kRoot / "examples/python")) { files.push_back(file); }
  for (const char* name : {"small.json", "points.json"}) {
    files.push_back(kRoot / "tests" / "specs" / name);
  }
  for (const fs::path& file : files) {
    INFO(file.string());
    CHECK(parse_spec(read_file(file), file.string()).ok());
    CHECK(valid_by_schema(read_file(file)));
  }
}

TEST_CASE("spec: the schema and the parser agree on every form") {
  std::istringstream lines(read_file(kRoot / "tests" / "specs" / "forms.jsonl"));
  size_t good = 0, bad = 0;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    const auto form = nlohmann::ordered_json::parse(line);
    auto spec = nlohmann::ordered_json::parse(with("\"seeds\": [0]"));
    spec.update(form["member"]);
    ++(form["good"] ? good : bad);
    CHECK(parse_spec(spec.dump(), "s.json").ok() == form["good"]);
    CHECK(valid_by_schema(spec.dump()) == form["good"]);
  }
  CHECK(good > 10);
  CHECK(bad > 50);
}

TEST_CASE("spec: the schema knows every path") {
  const auto schema = spec_schema();
  for (const Setting& setting : settings()) {
    CHECK(schema["properties"]["axes"]["properties"].contains(setting.path));
    CHECK(schema["properties"]["zip"]["items"]["properties"].contains(setting.path));
    CHECK(schema["properties"]["include"]["items"]["properties"].contains(setting.path));
  }
}

TEST_CASE("spec: the reference of settings is the one that docs/ shows") {
  const std::string text = read_file(fs::path(ENIGMA_SOURCE_DIR) / "docs/settings.md", 1 << 20);
  CHECK(text.ends_with(settings_reference()));
}

TEST_CASE("spec: keys of later versions are refused with a message that says so") {
  for (const char* key : {"deadline", "needs"}) {
    const auto parsed = parse_spec(with("\"" + std::string(key) + "\": []"), "s.json");
    REQUIRE(parsed.diagnostics.size() == 1);
    CHECK(parsed.diagnostics[0].message ==
          "'" + std::string(key) + "' is not supported by this version");
    CHECK(parsed.diagnostics[0].line == 4);
  }
}

TEST_CASE("axes: a geometric axis reaches its end and rounds alike everywhere") {
  CHECK(geometric(1e15, 1e17, 1) == std::vector<double>{1e15, 1e16, 1e17});
  CHECK(geometric(1e15, 1e16, 2) == std::vector<double>{1e15, 3.162277660e15, 1e16});
  CHECK(geometric(2, 2, 3) == std::vector<double>{2});
  CHECK(geometric(1, 9.9, 1) == std::vector<double>{1});
}
