#include "orchestrator/documents/export.h"

#include "orchestrator/documents/a_story.h"

using namespace enigma;
using namespace enigma::documents;
using namespace enigma::documents::test;

TEST_CASE("export: one row a run with the contract's columns, then one column per axis") {
  const Story story;
  const Json rows = export_rows(story.store, "s");
  REQUIRE(rows.size() == 3);
  for (const Json& row : rows) {
    CHECK(keys_of(row) ==
          "run sweep state family size subset n_sessions seed params_shared params_session windows "
          "windows_unique neuron_seconds neuron_seconds_unique flops train_loss test_loss "
          "baseline_loss irreducible_loss test_correlation mfu_run device_hours usd attempts trunk "
          "budget.flops "
          "model.size");
  }
  const Json& done = rows[0];
  CHECK(done["size"] == "16x1x2");
  CHECK(done["model.size"] == "16x1x2");
  CHECK(done["n_sessions"] == 2);
  CHECK(done["params_shared"] == 1000);
  CHECK(done["windows"] == 32);
  CHECK(done["neuron_seconds"] == 400.0);
  CHECK(done["flops"] == 4e9);
  CHECK(done["test_loss"] == 3.5);
  CHECK(done["usd"] == doctest::Approx(24));
  CHECK(done["attempts"] == 2);
}

TEST_CASE("export: what a run has not reached is null") {
  const Story story;
  const Json row = export_rows(story.store, "s")[2];
  CHECK(row["state"] == "waiting");
  CHECK(row["windows_unique"] == 8);
  for (const char* key : {"windows", "neuron_seconds", "flops", "train_loss", "test_loss",
                          "baseline_loss", "test_correlation", "mfu_run", "trunk"}) {
    INFO(std::string(key));
    CHECK(row[key].is_null());
  }
}
