#include "db/run_row.h"

#include "db/attempt_row.h"
#include "diagnostics/check.h"

#include <nlohmann/json.hpp>

namespace enigma::db {

const std::string kSelectRun = R"sql(
SELECT id, target_step, priority, runs.position, slots, executor, wanted, wanted_by, state, why,
       retry_at, failures, settled)sql";

Run read_run(Columns& c) {
  Run run;
  run.id = c.text();
  run.target_step = c.integer();
  run.priority = c.integer();
  run.position = c.integer();
  run.slots = c.integer();
  run.executor = c.text();
  const auto wanted = wanted_named(c.text());
  run.wanted_by = c.text();
  const auto state = state_named(c.text());
  ENIGMA_CHECK(wanted && state, "the schema admits no other words");
  run.wanted = *wanted;
  run.state = *state;
  run.why = c.text();
  run.retry_at = c.real();
  run.failures = nlohmann::json::parse(c.text()).get<std::map<std::string, int64_t>>();
  run.settled = c.flag();
  return run;
}

void put_events(const Use& use, const std::vector<Event>& events) {
  static constexpr const char* kInsert =
      "INSERT INTO events (at, run, kind, text) VALUES (?, ?, ?, ?)";
  for (const Event& event : events) {
    execute(bind_all(use(kInsert), event.at, event.run, event.kind, event.text));
  }
}

void put_state(const Use& use, const Run& run) {
  static constexpr const char* kUpdate = R"sql(
UPDATE runs SET state = ?, why = ?, retry_at = ?, failures = ?, settled = ? WHERE id = ?)sql";
  const int changed = execute(bind_all(use(kUpdate), name_of(run.state), run.why, run.retry_at,
                                       nlohmann::json(run.failures).dump(), run.settled, run.id));
  ENIGMA_CHECK(changed == 1, "a run is saved only after it was submitted");
}

void put_decided(const Use& use, const Run& run) {
  put_state(use, run);
  for (size_t place = 0; place < run.attempts.size(); ++place) {
    SQLite::Statement& statement = use(kPutAttempt);
    put_attempt(statement, run.id, static_cast<int64_t>(place), run.attempts[place]);
    ENIGMA_CHECK(execute(statement) == 1, "an attempt keeps its token for good");
  }
}

}  // namespace enigma::db
