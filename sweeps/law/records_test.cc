#include "sweeps/law/mapping.h"
#include "sweeps/law/sweep_table.h"
#include "sweeps/law/where.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::law;

TEST_CASE("csv: quoted fields hold commas, quotes and line breaks") {
  const auto parsed = parse_csv("a,\"b c\"\r\n1,\"x, \"\"y\"\"\nz\"\n\n2,3\n", "t.csv");
  REQUIRE(parsed.ok());
  CHECK(parsed.value->columns == std::vector<std::string>{"a", "b c"});
  REQUIRE(parsed.value->rows.size() == 2);
  CHECK(parsed.value->rows[0].cells[1] == "x, \"y\"\nz");
  CHECK(parsed.value->rows[1].line == 5);
}

TEST_CASE("csv: faults name line and column") {
  const auto ragged = parse_csv("a,b\n1,2\n3\n", "t.csv");
  REQUIRE_FALSE(ragged.ok());
  CHECK(ragged.diagnostics[0].line == 3);
  const auto open = parse_csv("a,b\n1,\"2\n", "t.csv");
  REQUIRE_FALSE(open.ok());
  CHECK(open.diagnostics[0].line == 2);
  CHECK(open.diagnostics[0].column == 3);
  CHECK_FALSE(parse_csv("", "t.csv").ok());
  CHECK_FALSE(parse_csv("a,a\n1,2\n", "t.csv").ok());
  CHECK_FALSE(parse_csv("a\n1x\"\n", "t.csv").ok());
}

TEST_CASE("csv: what is too large is refused before it is kept") {
  RecordLimits limits;
  limits.rows = 2;
  CHECK_FALSE(parse_csv("a\n1\n2\n3\n", "t.csv", limits).ok());
  limits.cell_bytes = 3;
  CHECK_FALSE(parse_csv("a\n12345\n", "t.csv", limits).ok());
}

TEST_CASE("json lines: flat objects become columns in order of first sight") {
  const auto parsed =
      parse_json_lines("{\"n\":1,\"loss\":2.5}\n\n{\"loss\":2,\"s\":\"x\"}", "t.jsonl");
  REQUIRE(parsed.ok());
  CHECK(parsed.value->columns == std::vector<std::string>{"n", "loss", "s"});
  CHECK(parsed.value->rows[1].cells[0].empty());
  CHECK_FALSE(parse_json_lines("{\"a\":[1]}", "t.jsonl").ok());
  CHECK_FALSE(parse_json_lines("[1]", "t.jsonl").ok());
}

TEST_CASE("mapping: D is C/(6N) where it is not mapped, bad cells are excluded and say why") {
  const auto records = parse_csv("n,c,y\n1e6,6e12,3\nnan,1,2\n0,1,2\n1e6,,2\n1e6,1e12,\n", "t.csv");
  const auto mapped = map_records(*records.value, *parse_mapping("N=n,C=c,loss=y").value);
  REQUIRE(mapped.ok());
  CHECK(mapped.value->table.d_from_c);
  REQUIRE(mapped.value->table.rows.size() == 1);
  CHECK(mapped.value->table.rows[0].d == doctest::Approx(1e6));
  CHECK(mapped.value->excluded.size() == 4);
  CHECK(mapped.value->excluded[1].why == "N (n) is zero");
}

TEST_CASE("mapping: a column that is not there is answered with the nearest") {
  const auto records = parse_csv("size,loss\n1,2\n", "t.csv");
  const auto mapped = map_records(*records.value, *parse_mapping("N=sizes,loss=loss").value);
  REQUIRE_FALSE(mapped.ok());
  CHECK(mapped.diagnostics[0].suggestion.find("size") != std::string::npos);
  CHECK_FALSE(parse_mapping("X=a,loss=b").ok());
  CHECK_FALSE(parse_mapping("N=a").ok());
  const auto text =
      map_records(*parse_csv("a,l\nfoo,2\n", "t.csv").value, *parse_mapping("N=a,loss=l").value);
  REQUIRE_FALSE(text.ok());
  CHECK(text.diagnostics[0].line == 2);
}

TEST_CASE("where: comparisons, logic, backquotes and faults") {
  const auto records = parse_csv("n,model size,tag\n1,10,a\n2,20,b\n3,30,a\n", "t.csv");
  const MappedTable all =
      *map_records(*records.value, *parse_mapping("N=n,loss=model size").value).value;
  const auto kept = [&](const std::string& expression) {
    MappedTable copy = all;
    keep_where(copy, expression);
    CHECK(copy.table.rows.size() + copy.excluded.size() == 3);
    return copy.table.rows.size();
  };
  CHECK(kept("n >= 2") == 2);
  CHECK(kept("`model size` < 25 && tag == 'a'") == 1);
  CHECK(kept("!(tag == \"a\") || n == 3") == 2);
  CHECK(kept("tag != 'b' && n != 1") == 1);
  CHECK_THROWS_AS(kept("n >"), InputError);
  CHECK_THROWS_AS(kept("m > 1"), InputError);
  CHECK_THROWS_AS(kept("(n > 1"), InputError);
}

TEST_CASE("sweep: runs that are not done are excluded and say so") {
  const auto rows = nlohmann::ordered_json::parse(R"([
    {"run":"aa","state":"done","params_shared":1000,"windows":10,"windows_unique":5,"flops":6e4,
     "test_loss":1.5,"subset":"half"},
    {"run":"bb","state":"running","params_shared":1000,"windows":10,"windows_unique":5,
     "flops":null,"test_loss":null,"subset":"all"},
    {"run":"cc","state":"done","params_shared":1000,"windows":20,"windows_unique":5,"flops":12e4,
     "test_loss":null,"subset":"all"}])");
  const auto mapped = table_of_sweep(rows, "demo", sweep_mapping(false));
  REQUIRE(mapped.ok());
  REQUIRE(mapped.value->table.rows.size() == 1);
  CHECK(mapped.value->table.rows[0].id == "aa");
  CHECK(mapped.value->table.rows[0].c == 6e4);
  REQUIRE(mapped.value->excluded.size() == 2);
  CHECK(mapped.value->excluded[0].id == "cc");
  CHECK(mapped.value->excluded[1].why == "the run is running");
}

TEST_CASE("csv: every row of the wrong length is told in one pass, up to twenty") {
  std::string text = "a,b\n";
  for (int k = 0; k < 50; ++k) text += k % 2 == 0 ? "1\n" : "1,2\n";
  const auto ragged = parse_csv(text, "t.csv");
  REQUIRE_FALSE(ragged.ok());
  CHECK(ragged.diagnostics.size() == 20);
  CHECK(ragged.diagnostics[1].line == 4);
  RecordLimits limits;
  limits.cells = 5;
  CHECK_FALSE(parse_csv("a,b\n1,2\n3,4\n5,6\n", "t.csv", limits).ok());
  CHECK_FALSE(parse_json_lines("", "t.jsonl").ok());
}

TEST_CASE("mapping: a file with other separators is answered with what it needs") {
  const auto records = parse_csv("n;loss\n1;2\n", "t.csv");
  const auto mapped = map_records(*records.value, *parse_mapping("N=n,loss=loss").value);
  REQUIRE_FALSE(mapped.ok());
  CHECK(mapped.diagnostics[0].suggestion.find("separated by ';'") != std::string::npos);
}

TEST_CASE("sweep: all parameters and 6ND are axes too") {
  const auto rows = nlohmann::ordered_json::parse(R"([
    {"run":"aa","state":"done","params_shared":1000,"params_session":500,"windows":10,
     "flops":6e4,"test_loss":1.5}])");
  const auto mapped =
      table_of_sweep(rows, "demo", *parse_mapping("N=params_all,C=flops_6nd,loss=test_loss").value);
  REQUIRE(mapped.ok());
  CHECK(mapped.value->table.rows[0].n == 1500);
  CHECK(mapped.value->table.rows[0].c == 6e4);
}
