#include "sweeps/law/table/records.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::law;

namespace {

/// A file as it was told to a visitor.
struct Told {
  std::vector<std::string> columns;
  std::vector<Record> rows;
  std::vector<Diagnostic> wrong;

  std::vector<std::string> cells(size_t row) const {
    std::vector<std::string> texts;
    for (const Cell& cell : rows.at(row).cells) { texts.push_back(cell.text); }
    return texts;
  }
};

Told told(std::string_view text, const std::string& file = "t.csv",
          const RecordLimits& limits = {}) {
  TextSource source(text);
  Told told;
  told.wrong = walk_records(source, file,
                            {[&](const auto& columns) {
                               told.columns = columns;
                               return true;
                             },
                             [&](const Record& record) {
                               told.rows.push_back(record);
                               return true;
                             }},
                            limits);
  return told;
}

using Strings = std::vector<std::string>;

std::string utf16(std::string_view text, bool big) {
  std::string bytes = big ? "\xfe\xff" : "\xff\xfe";
  for (const char byte : text) {
    if (big) { bytes += '\0'; }
    bytes += byte;
    if (!big) { bytes += '\0'; }
  }
  return bytes;
}

}  // namespace

TEST_CASE("csv: quoted fields hold commas, quotes and line breaks") {
  const Told file = told("a,\"b c\"\r\n1,\"x, \"\"y\"\"\nz\"\n\n2,3\n");
  REQUIRE(file.wrong.empty());
  CHECK(file.columns == Strings{"a", "b c"});
  REQUIRE(file.rows.size() == 2);
  CHECK(file.rows[0].cells[1].text == "x, \"y\"\nz");
  CHECK(file.rows[1].cells[0].line == 5);
  CHECK(file.rows[1].cells[1].column == 3);
  CHECK(file.rows[1].number == 2);
}

TEST_CASE("csv: faults name line, column and cause") {
  struct Case {
    const char* text;
    int line, column;
    const char* said;
  };
  for (const Case& one :
       {Case{"a,b\n1,2\n3\n", 3, 1, "fewer cells"},
        Case{"a,b\n1,2\n3,4,5\n6,7\n", 3, 5, "more cells"},
        Case{"a,b\n1,\"2\n", 2, 3, "does not end"}, Case{"", 1, 1, "empty"},
        Case{"\xef\xbb\xbf", 1, 1, "empty"}, Case{"\n \n\n", 4, 1, "empty"},
        Case{"a,b,a\n1,2,3\n", 1, 5, "same name"}, Case{"a,b\n1,2x\"\n", 2, 5, "a quote inside"},
        Case{"a,b\n\"1\" 2,3\n", 2, 5, "followed by more"},
        Case{"loss, nats;n\n2,5;1\n", 1, 1, "what separates"}}) {
    CAPTURE(one.text);
    const Told file = told(one.text);
    REQUIRE_FALSE(file.wrong.empty());
    CHECK(file.wrong[0].message.find(one.said) != std::string::npos);
    CHECK(file.wrong[0].line == one.line);
    CHECK(file.wrong[0].column == one.column);
    CHECK(file.wrong[0].file == "t.csv");
    CHECK_FALSE(file.wrong[0].found.empty());
  }
  CHECK(told("a,b\n1,2\n3").wrong[0].suggestion.find("cut off") != std::string::npos);
  CHECK(told("n,loss\n1,5,2,5\n").wrong[0].suggestion.find("decimal commas") != std::string::npos);
  CHECK(told("a,a\n1,2\n").wrong[0].found == "'a' as columns 1 and 2");
}

TEST_CASE("csv: every row of the wrong length is told in one pass, up to twenty") {
  std::string text = "a,b\n";
  for (int k = 0; k < 50; ++k) { text += k % 2 == 0 ? "1\n" : "1,2\n"; }
  const Told ragged = told(text);
  CHECK(ragged.wrong.size() == 20);
  CHECK(ragged.wrong[1].line == 4);
}

TEST_CASE("csv: lines end as they will, and marks of encodings are read") {
  const Strings names{"näm", "b"}, first{"1", "x"}, last{"2", "y"};
  const std::string plain = "näm,b\n1,x\n2,y";
  std::string cr = plain, crlf;
  for (char& byte : cr) { byte = byte == '\n' ? '\r' : byte; }
  for (const char byte : plain) { crlf += byte == '\n' ? "\r\n" : std::string(1, byte); }
  for (const std::string& text :
       {plain, cr, crlf, plain + "\n\n", cr + "\r", "\xef\xbb\xbf" + crlf}) {
    const Told file = told(text);
    REQUIRE(file.wrong.empty());
    CHECK(file.columns == names);
    REQUIRE(file.rows.size() == 2);
    CHECK(file.cells(0) == first);
    CHECK(file.cells(1) == last);
    CHECK(file.rows[1].cells[0].line == 3);
  }
  for (const bool big : {false, true}) {
    CHECK(told(utf16("a,b\r\n1,x\r\n", big)).cells(0) == first);
    CHECK(told(utf16("{\"a\":1}\n", big), "t.jsonl").columns == Strings{"a"});
  }
  CHECK(told(std::string("\xff\xfe\xb5\x03,\0b\0\n\0\x3d\xd8\x00\xde,\0x\0", 18)).cells(0)[0] ==
        "\xf0\x9f\x98\x80");
  CHECK(told(std::string("a\0,\0b\0", 6)).wrong[0].suggestion.find("UTF-16") != std::string::npos);
}

TEST_CASE("csv: semicolons, tabs and blanks around cells") {
  for (const std::string text :
       {"n;loss\n1,5;2\n", "n\tloss\n1,5\t2\n", " n ; \"loss\" \n 1,5 ;2\n",
        "sep=;\nn;loss\n1,5;2\n", "\"n\";loss;\n1,5;2;\n"}) {
    CAPTURE(text);
    const Told file = told(text);
    REQUIRE(file.wrong.empty());
    CHECK(file.columns[0] == "n");
    CHECK(file.columns[1] == "loss");
    CHECK(file.cells(0)[0] == "1,5");
    CHECK(file.cells(0)[1] == "2");
  }
  CHECK(told("loss; nats,n\n2.5,1\n").columns == Strings{"loss; nats", "n"});
  CHECK(told("loss, nats;n\n2.5;1\n").columns == Strings{"loss, nats", "n"});
}

TEST_CASE("csv: empty cells at the end of rows are no cells too many") {
  CHECK(told("a,b,,\n1,2,,\n3,4\n").cells(1) == Strings{"3", "4", "", ""});
  CHECK(told("a,b\n1,2,,\n").cells(0) == Strings{"1", "2"});
  CHECK(told(",a,b\n0,1,2\n").wrong.empty());
  CHECK_FALSE(told("a,b\n1,2,,3\n").wrong.empty());
}

TEST_CASE("csv: what is too large is refused before it is kept") {
  RecordLimits limits;
  limits.rows = 2;
  CHECK_FALSE(told("a\n1\n2\n3\n", "t.csv", limits).wrong.empty());
  CHECK_FALSE(told("{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n", "t.jsonl", limits).wrong.empty());
  limits.cell_bytes = 3;
  CHECK_FALSE(told("a\n12345\n", "t.csv", limits).wrong.empty());
  CHECK_FALSE(told("{\"a\":12345}\n", "t.jsonl", limits).wrong.empty());
  limits.columns = 1;
  CHECK_FALSE(told("a,b\n1,2\n", "t.csv", limits).wrong.empty());
}

TEST_CASE("csv: pieces of a file meet inside cells, quotes and line ends") {
  std::string text = "name,value\r\n";
  for (int k = 0; k < 60'000; ++k) { text += "\"a\n,\"\"b\"," + std::to_string(k) + "\r\n"; }
  const Told file = told(text);
  REQUIRE(file.wrong.empty());
  REQUIRE(file.rows.size() == 60'000);
  CHECK(file.rows.back().cells[0].text == "a\n,\"b");
  CHECK(file.rows.back().cells[1].text == "59999");
  CHECK(file.rows.back().cells[0].line == 2 * 60'000);
  CHECK(file.rows.back().cells[1].column == 7);
}

TEST_CASE("json lines: objects become columns in order of first sight") {
  const Told file = told(
      "{\"n\":1,\"loss\":2.5}\n\n{\"loss\":2,\"s\":\"x\\n\\u00e4\\ud83d\\ude00\",\"t\":true,"
      "\"z\":null}",
      "t.jsonl");
  REQUIRE(file.wrong.empty());
  CHECK(file.columns == Strings{"n", "loss", "s", "t", "z"});
  CHECK(file.cells(0) == Strings{"1", "2.5", "", "", ""});
  CHECK(file.cells(1) == Strings{"", "2", "x\nä\xf0\x9f\x98\x80", "true", ""});
  CHECK(file.rows[1].cells[1].line == 3);
  CHECK(file.rows[1].cells[1].column == 9);
}

TEST_CASE("json lines: NaN, Infinity and numbers beyond a double keep their spelling") {
  const Told file = told("{\"a\": NaN, \"b\": -Infinity, \"c\": 1e-400, \"d\": 1e400}", "t.jsonl");
  CHECK(file.cells(0) == Strings{"NaN", "-Infinity", "1e-400", "1e400"});
}

TEST_CASE("json lines: objects and lists are passed over whole") {
  const Told file = told("{\"a\":{\"b\":[1,{\"c\":\"}]\\\"\"}]},\"n\":2,\"l\":[NaN]}\n", "t.jsonl");
  REQUIRE(file.wrong.empty());
  CHECK(file.columns == Strings{"a", "n", "l"});
  CHECK(file.cells(0)[1] == "2");
}

TEST_CASE("json lines: faults name line, column and cause") {
  struct Case {
    const char* text;
    int line, column;
    const char* said;
  };
  for (const Case& one :
       {Case{"[1]", 1, 1, "not a JSON object"},
        Case{"{\"a\":1}\n{\"a\":}\n", 2, 6, "not a JSON value"},
        Case{"{\"a\":1\n}", 1, 7, "ends inside an object"}, Case{"{\"a\":[1}", 1, 8, "brackets"},
        Case{"{\"a\":[[[", 1, 9, "ends inside"}, Case{"{\"a\":\"x", 1, 8, "does not end"},
        Case{"{\"a\":1,\"a\":2}", 1, 12, "twice"},
        Case{"{\"a\":1} {\"a\":2}", 1, 9, "more follows"}, Case{"{\"a\":\"\\q\"}", 1, 8, "escape"},
        Case{"{\"a\":\"\\u12\"}", 1, 9, "character's number"},
        Case{"{'a':1}", 1, 2, "not a JSON object"}, Case{" \n", 0, 0, "empty"}}) {
    CAPTURE(one.text);
    const Told file = told(one.text, "t.jsonl");
    REQUIRE(file.wrong.size() == 1);
    CHECK(file.wrong[0].message.find(one.said) != std::string::npos);
    CHECK(file.wrong[0].line == one.line);
    CHECK(file.wrong[0].column == one.column);
    CHECK_FALSE(file.wrong[0].expected.empty());
  }
}
