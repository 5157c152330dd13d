#include "diagnostics/diagnostic.h"

#include "diagnostics/diagnostic_from_json.h"
#include "diagnostics/nearest.h"

#include <doctest/doctest.h>

using namespace enigma;

TEST_CASE("diagnostic: text names place, expectation, finding and suggestion") {
  const Diagnostic d{.file = "s.json",
                     .line = 3,
                     .column = 7,
                     .pointer = "/axes",
                     .message = "unknown key",
                     .expected = "a path",
                     .found = "'budgt'",
                     .suggestion = "did you mean 'budget'?"};
  CHECK(to_text(d) ==
        "s.json:3:7 /axes: error: unknown key; expected a path, found 'budgt' "
        "(did you mean 'budget'?)");
}

TEST_CASE("diagnostic: unknown fields are null in JSON, and every key is present") {
  const auto json = to_json(Diagnostic{.message = "m"});
  CHECK(json.size() == 9);
  CHECK(json["line"].is_null());
  CHECK(json["severity"] == "error");
}

TEST_CASE("diagnostic: warnings alone are not errors") {
  std::vector<Diagnostic> list{{.severity = Severity::warning, .message = "w"}};
  CHECK_FALSE(has_errors(list));
  list.push_back({.message = "e"});
  CHECK(has_errors(list));
}

TEST_CASE("nearest: close names are suggested, far ones listed") {
  const std::vector<std::string> names{"budget", "model", "data"};
  CHECK(nearest_name("budgt", names) == "budget");
  CHECK_FALSE(nearest_name("zzzzzz", names).has_value());
  CHECK(suggest_name("zzzzzz", names) == "known: budget, model, data");
  const std::vector<std::string> columns{"D", "C", "N"};
  CHECK(nearest_name("n", columns) == "N");
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("diagnostic: JSON and back, with its place") {
  const Diagnostic told{
      Severity::warning,      "spec.json", 7, 3, "/axes/0", "unknown axis", "a setting", "mdel",
      "did you mean 'model'?"};
  const auto back = diagnostics_of(to_json(std::vector<Diagnostic>{told, {.message = "bare"}}));
  REQUIRE(back.size() == 2);
  CHECK(to_json(back[0]) == to_json(told));
  CHECK(to_text(back[0]) == to_text(told));
  CHECK(to_text(back[1]) == "error: bare");
}

TEST_CASE("diagnostic: JSON of a stranger is believed only where it has the right type") {
  const auto list = nlohmann::json::parse(
      R"([{"message": "m", "line": -1, "column": 1e99, "file": 5, "severity": []}, "text", 3])");
  const auto back = diagnostics_of(list);
  REQUIRE(back.size() == 1);
  CHECK(to_text(back[0]) == "error: m");
  CHECK(diagnostics_of("no list").empty());
}
