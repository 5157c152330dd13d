#include "sweeps/law/table/mapped_table.h"

#include "sweeps/law/fit/synthetic.h"
#include "sweeps/law/table/sweep_table.h"

#include <doctest/doctest.h>

#include <malloc.h>

using namespace enigma;
using namespace enigma::law;

namespace {

TableRequest by_roles(const std::string& mapping, const std::string& where = "") {
  return {.mapping = *parse_mapping(mapping).value, .where = where};
}

Parsed<MappedTable> csv(std::string_view text, const std::string& mapping) {
  return table_of_text(text, "t.csv", by_roles(mapping));
}

bool same_numbers(const Table& a, const Table& b) {
  bool same = a.rows.size() == b.rows.size() && a.axis_names == b.axis_names;
  for (size_t k = 0; same && k < a.rows.size(); ++k) {
    const Row &x = a.rows[k], &y = b.rows[k];
    same = x.n == y.n && x.d == y.d && x.c == y.c && x.loss == y.loss && x.id == y.id;
  }
  return same;
}

}  // namespace

TEST_CASE("table: D is C/(6N) where it is not mapped, bad cells are excluded and say why") {
  const auto mapped =
      csv("n,c,y\n1e6,6e12,3\nnan,1,2\n0,1,2\n1e6,,2\n1e6,1e12,\n1e6,1e12,inf\n"
          "1e-400,1,2\n1,1,1e-400\n1e-300,1e300,2\n",
          "N=n,C=c,loss=y");
  REQUIRE(mapped.ok());
  CHECK(mapped.value->table.d_from_c);
  REQUIRE(mapped.value->table.rows.size() == 1);
  CHECK(mapped.value->table.rows[0].d == doctest::Approx(1e6));
  const std::vector<std::string> why = {
      "N (n) is not a number",
      "N (n) is zero",
      "C (c) is empty",
      "loss (y) is empty",
      "loss (y) is infinite",
      "N (n) is 1e-400, nearer to zero than the smallest double (4.9e-324)",
      "loss (y) is 1e-400, nearer to zero than the smallest double (4.9e-324)",
      "D = C/(6N) is beyond the range of a double"};
  REQUIRE(mapped.value->excluded.size() == why.size());
  for (size_t k = 0; k < why.size(); ++k) {
    CHECK(mapped.value->excluded[k].why == why[k]);
    CHECK(mapped.value->excluded[k].id == "row " + std::to_string(k + 2));
  }
}

TEST_CASE("table: a column that is not there is answered with the nearest") {
  const auto mapped = csv("size,loss\n1,2\n", "N=sizes,loss=loss");
  REQUIRE_FALSE(mapped.ok());
  CHECK(mapped.diagnostics[0].suggestion.find("size") != std::string::npos);
  CHECK_FALSE(parse_mapping("X=a,loss=b").ok());
  CHECK_FALSE(parse_mapping("N=a").ok());
  CHECK(csv("n|loss\n1|2\n", "N=n,loss=loss").diagnostics[0].suggestion.find("separated by '|'") !=
        std::string::npos);
  CHECK(csv("1,2\n3,4\n", "N=n,loss=loss").diagnostics[0].suggestion.find("first line") !=
        std::string::npos);
}

TEST_CASE("table: a cell that is no number is an error at its place") {
  const auto text = csv("a,l\n1,2\n \"foo\" ,2\n", "N=a,loss=l");
  REQUIRE_FALSE(text.ok());
  CHECK(text.diagnostics[0].line == 3);
  CHECK(text.diagnostics[0].column == 2);
  CHECK(text.diagnostics[0].found == "foo");
  const auto marks = csv("a;l\n1.234.567,8;2\n", "N=a,loss=l");
  CHECK(marks.diagnostics[0].suggestion.find("thousands") != std::string::npos);
  const auto object =
      table_of_text("{\"n\":{\"x\":1},\"loss\":2}", "t.jsonl", by_roles("N=n,loss=loss"));
  CHECK(object.diagnostics[0].found == "{\"x\":1}");
  CHECK(table_of_text("{\"n\":3,\"loss\":2,\"o\":{\"x\":1}}", "t.jsonl", by_roles("N=n,loss=loss"))
            .value->table.rows.size() == 1);
}

TEST_CASE("table: rows that --where leaves out need not be readable") {
  const std::string text = "n,loss,state\n1,2,done\nfailed,,crashed\n";
  CHECK_FALSE(csv(text, "N=n,loss=loss").ok());
  const auto mapped = table_of_text(text, "t.csv", by_roles("N=n,loss=loss", "state == 'done'"));
  REQUIRE(mapped.ok());
  CHECK(mapped.value->table.rows.size() == 1);
  CHECK(mapped.value->excluded[0].why == "left out by --where state == 'done'");
}

TEST_CASE("table: commas that may stand between thousands are told, others are read") {
  CHECK(csv("n;y\n1000000,0;3,125\n", "N=n,loss=y").value->table.rows[0].loss == 3.125);
  CHECK(csv("n,y\n\"1000000,5\",\"3,125\"\n", "N=n,loss=y").value->table.rows[0].n == 1000000.5);
  CHECK_FALSE(csv("n;y\n1e6;3,125\n", "N=n,loss=y").ok());
  CHECK_FALSE(csv("n,y\n\"1,234\",3.5\n", "N=n,loss=y").ok());
}

TEST_CASE("where: comparisons, logic, backquotes and faults") {
  const auto kept = [&](const std::string& expression) {
    const auto mapped = table_of_text("n,model size,tag,empty\n1,10,a,\n2,20,b,\n3,30,a,\n",
                                      "t.csv", by_roles("N=n,loss=model size", expression));
    CHECK(mapped.value->table.rows.size() + mapped.value->excluded.size() == 3);
    return mapped.value->table.rows.size();
  };
  CHECK(kept("n >= 2") == 2);
  CHECK(kept("`model size` < 25 && tag == 'a'") == 1);
  CHECK(kept("!(tag == \"a\") || n == 3") == 2);
  CHECK(kept("tag != 'b' && n != 1") == 1);
  CHECK(kept("empty == ''") == 0);
  CHECK_THROWS_AS(kept("n >"), InputError);
  CHECK_THROWS_AS(kept("m > 1"), InputError);
  CHECK_THROWS_AS(kept("(n > 1"), InputError);
  const auto late = table_of_text("{\"n\":1,\"loss\":2}\n{\"n\":2,\"loss\":2,\"late\":1}\n",
                                  "t.jsonl", by_roles("N=n,loss=loss", "late == 1"));
  CHECK(late.value->table.rows.size() == 1);
}

TEST_CASE("table: texts that were asked for are kept, and others are not") {
  TableRequest request = by_roles("N=n,loss=y,group=run");
  request.keep = {"size", "absent"};
  auto mapped =
      table_of_text("n,y,run,size,note\n1,2,a,S,x\n3,4,a,S,y\n5,6,,L,z\n", "t.csv", request);
  Table& table = mapped.value->table;
  CHECK(table.rows[1].group == "a");
  CHECK(table.rows[2].group.empty());
  CHECK(*table.rows[2].columns.find("size") == "L");
  CHECK(table.rows[0].columns.find("size") == table.rows[1].columns.find("size"));  // one text
  CHECK(table.rows[0].columns.find("note") == nullptr);
  group_by(table, "size");
  CHECK(table.rows[2].subset == "L");
  CHECK_THROWS_AS(group_by(table, "siz"), InputError);
}

TEST_CASE("table: half a million rows take a hundred bytes each, and no more is set aside") {
  std::string text = "run,params,tokens,loss,status\n";
  const size_t rows = 500'000;
  for (size_t k = 0; k < rows; ++k) {
    text += "run" + std::to_string(k / 100) + ",1e" + std::to_string(6 + k % 4) + "," +
            std::to_string(1000 + k) + ",2.5,finished\n";
  }
  const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  TableRequest request = by_roles("N=params,D=tokens,loss=loss,group=run");
  request.keep = {"status"};
  const auto mapped = table_of_text(text, "t.csv", request);
  const size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
  REQUIRE(mapped.ok());
  CHECK(mapped.value->table.rows.size() == rows);
  CHECK(sizeof(Row) <= 88);
  CHECK(mapped.value->table.rows.capacity() < rows * 105 / 100);
  CHECK(after - before < rows * 100);
}

TEST_CASE("sweep: runs that are not done are excluded and say so") {
  const auto rows = nlohmann::ordered_json::parse(R"([
    {"run":"bb","state":"running","params_shared":1000,"windows":10,"windows_unique":5,
     "flops":null,"test_loss":null,"subset":"all"},
    {"run":"aa","state":"done","params_shared":1000,"windows":10,"windows_unique":5,"flops":6e4,
     "test_loss":1.5,"subset":"half"},
    {"run":"cc","state":"done","params_shared":1000,"windows":20,"windows_unique":5,"flops":12e4,
     "test_loss":null,"subset":"all"}])");
  const auto mapped = table_of_sweep(rows, "demo", {.mapping = sweep_mapping(false)});
  REQUIRE(mapped.ok());
  REQUIRE(mapped.value->table.rows.size() == 1);
  CHECK(mapped.value->table.rows[0].id == "aa");
  CHECK(mapped.value->table.rows[0].c == 6e4);
  CHECK(*mapped.value->table.rows[0].columns.find("subset") == "half");
  REQUIRE(mapped.value->excluded.size() == 2);
  CHECK(mapped.value->excluded[0].id == "cc");
  CHECK(mapped.value->excluded[1].id == "bb");
  CHECK(mapped.value->excluded[1].why == "the run is running");
}

TEST_CASE("sweep: all parameters and 6ND are axes too") {
  const auto rows = nlohmann::ordered_json::parse(R"([
    {"run":"aa","state":"done","params_shared":1000,"params_session":500,"windows":10,
     "flops":6e4,"test_loss":1.5}])");
  const auto mapped =
      table_of_sweep(rows, "demo", by_roles("N=params_all,C=flops_6nd,loss=test_loss"));
  REQUIRE(mapped.ok());
  CHECK(mapped.value->table.rows[0].n == 1500);
  CHECK(mapped.value->table.rows[0].c == 6e4);
}

TEST_CASE("shared tables: written otherwise, they hold the same numbers") {
  const auto folder = shared_file("shared tables", "cases/tables");
  if (!folder) { return; }
  const TableRequest request = by_roles("N=params,D=tokens,C=flops,loss=loss");
  const MappedTable plain = *read_table(*folder / "lf.csv", request).value;
  CHECK(plain.table.rows.size() == 20);
  for (const char* name : {"cr.csv", "trailing.csv", "european.csv", "nested.jsonl"}) {
    CAPTURE(name);
    const auto other = read_table(*folder / name, request);
    REQUIRE(other.ok());
    CHECK(other.value->excluded.empty());
    CHECK(same_numbers(other.value->table, plain.table));
  }
  const MappedTable tiny = *read_table(*folder / "tiny.csv", request).value;
  CHECK(same_numbers(tiny.table, plain.table));
  REQUIRE(tiny.excluded.size() == 1);
  CHECK(tiny.excluded[0].why.find("1e-400, nearer to zero") != std::string::npos);
  const MappedTable runs = *read_table(*folder / "runs.jsonl", request).value;
  CHECK(runs.table.rows.size() == plain.table.rows.size());
  REQUIRE(runs.excluded.size() == 1);
  CHECK(runs.excluded[0].id == "row 6");
  CHECK(runs.excluded[0].why == "loss (loss) is not a number");
}
