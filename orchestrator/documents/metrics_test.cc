#include "orchestrator/documents/metrics.h"

#include "orchestrator/documents/a_story.h"

using namespace enigma;
using namespace enigma::documents;
using namespace enigma::documents::test;

namespace {

std::vector<std::string> values_of(const Json& rows, const std::string& name) {
  std::vector<std::string> values;
  for (const Json& row : rows) {
    if (row["name"] != name) { continue; }
    values.push_back(row["attempt"].dump() + "/" + row["step"].dump() + "/" + row["wall_s"].dump() +
                     "=" + row["value"].dump());
  }
  return values;
}

using Values = std::vector<std::string>;

}  // namespace

TEST_CASE("metrics: the current history, without what a later attempt took back") {
  const Story story;
  const Json rows = rows_json(metric_values(story.store, "aa", false));
  CHECK(keys_of(rows[0]) == "attempt step windows flops wall_s name value");
  CHECK(values_of(rows, "train_loss") ==
        Values{"1/1/2.0=9.0", "2/2/8.0=18.0", "2/3/10.0=17.0", "2/4/12.0=16.0"});
  CHECK(values_of(rows, "test_loss") == Values{"2/4/12.0=3.5"});
  CHECK(values_of(rows, "test_correlation/causal") == Values{"2/4/12.0=0.2"});
  CHECK(values_of(rows, "test_correlation/masked") == Values{"2/4/12.0=null"});
  CHECK(values_of(rows, "grad_norm").front() == "1/1/2.0=null");
}

TEST_CASE("metrics: all attempts, each evaluation on its own attempt's clock") {
  const Story story;
  const Json rows = rows_json(metric_values(story.store, "aa", true));
  CHECK(values_of(rows, "train_loss").size() == 6);
  CHECK(values_of(rows, "test_loss") == Values{"1/3/6.0=9.0", "2/4/12.0=3.5"});
}

TEST_CASE("csv: a head, a line a row, empty where unknown, quotes where needed") {
  const Json rows = Json::parse(R"([{"a":1,"b":null},{"a":"x, \"y\"","b":2.5}])");
  CHECK(to_csv(rows) == "a,b\n1,\n\"x, \"\"y\"\"\",2.5\n");
  CHECK(to_csv(Json::array()).empty());
}
