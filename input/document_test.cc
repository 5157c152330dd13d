#include "input/document.h"

#include <doctest/doctest.h>

#include <random>

using namespace enigma;
using namespace enigma;

namespace {

Diagnostic only_error(std::string_view text) {
  const auto parsed = parse_document(text, "s.json");
  CHECK_FALSE(parsed.ok());
  REQUIRE(parsed.diagnostics.size() == 1);
  return parsed.diagnostics.front();
}

}  // namespace

TEST_CASE("document: comments and trailing commas are read over") {
  const auto parsed = parse_document("// head\n{\"a\": [1, 2,], /* b */ \"c\": {},}\n", "s.json");
  REQUIRE(parsed.ok());
  CHECK(parsed.value->root.dump() == R"({"a":[1,2],"c":{}})");
}

TEST_CASE("document: every value knows its line and column, every member its key's") {
  const auto parsed = parse_document("{\n  \"ä/~\": [true,\n 7]}", "s.json");
  REQUIRE(parsed.ok());
  const Place& list = parsed.value->places.at("/ä~1~0");
  CHECK(list.key_line == 2);
  CHECK(list.key_column == 3);
  CHECK(list.column == 10);  // columns count characters, not bytes
  CHECK(parsed.value->places.at("/ä~1~0/1").line == 3);
  CHECK(parsed.value->at("/ä~1~0/1/x/y", "m").line == 3);
  CHECK(parsed.value->at("/none", "m").line == 1);
}

TEST_CASE("document: $schema and _note are forgotten anywhere") {
  const auto parsed = parse_document(R"({"$schema": "x", "a": {"_note": [1], "b": 2}})", "s.json");
  REQUIRE(parsed.ok());
  CHECK(parsed.value->root.dump() == R"({"a":{"b":2}})");
}

TEST_CASE("document: duplicate keys are all reported with the place of the first") {
  const auto parsed =
      parse_document("{\"a\": 1,\n\"a\": 2, \"b\": {\"c\": 1, \"c\": 2}}", "s.json");
  CHECK_FALSE(parsed.ok());
  REQUIRE(parsed.diagnostics.size() == 2);
  CHECK(parsed.diagnostics[0].pointer == "/a");
  CHECK(parsed.diagnostics[0].line == 2);
  CHECK(parsed.diagnostics[0].found == "the first at line 1");
  CHECK(parsed.diagnostics[1].pointer == "/b/c");
}

TEST_CASE("document: syntax errors name place, expectation and finding") {
  CHECK(only_error("{\"a\" 1}").expected == "':'");
  CHECK(only_error("{\"a\": 1").found == "end of file");
  CHECK(only_error("[1 2]").column == 4);
  CHECK(only_error("{\"a\": 01}").message == "a number with a leading zero");
  CHECK(only_error("[1e999]").message == "a number out of range");
  CHECK(only_error("[NaN]").message == "not a JSON value");
  CHECK(only_error("/* x").message == "a comment without an end");
  CHECK(only_error("\"\\ud800\"").message == "half of a surrogate pair");
  CHECK(only_error("\"\xC0\x80\"").message == "a byte that is not UTF-8");
  CHECK(only_error("\"\xED\xA0\x80\"").message == "a character that is not UTF-8");
  CHECK(only_error("1 2").message == "text after the end of the document");
  CHECK(only_error("").message == "not a JSON value");
  CHECK(only_error(std::string(100, '[')).message == "nested too deep");
}

TEST_CASE("document: integers keep their digits, escapes their meaning") {
  const auto parsed =
      parse_document(R"([9007199254740993, 1e3, "\u00e9\ud83d\ude00\n"])", "s.json");
  REQUIRE(parsed.ok());
  CHECK(parsed.value->root[0] == 9007199254740993);
  CHECK(parsed.value->root[1] == 1000.0);
  CHECK(parsed.value->root[2] == "é😀\n");
}

TEST_CASE("document: damaged text is refused or read, never more") {
  const std::string whole =
      "{\"version\": 1, /* c */ \"axes\": {\"a.b\": [1e18, -2.5, \"x\\u00e9\"], \"g\": {\"geom\": "
      "{\"from\": 1e15, \"to\": 1e17}}}, // end\n \"n\": null,}";
  REQUIRE(parse_document(whole, "s.json").ok());
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    CHECK_FALSE(parse_document(whole.substr(0, cut), "s.json").ok());
  }
  std::mt19937 random(7);
  for (int i = 0; i < 5'000; ++i) {  // an exception each: slow under sanitizers
    std::string text = whole;
    for (int edits = 0; edits < 3; ++edits) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    const auto parsed = parse_document(text, "s.json");
    CHECK((parsed.ok() || !parsed.diagnostics.empty()));
    if (parsed.ok()) { CHECK_NOTHROW(parsed.value->root.dump()); }
  }
}
