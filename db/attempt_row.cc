#include "db/attempt_row.h"

#include <nlohmann/json.hpp>

namespace enigma::db {
namespace {

std::optional<std::string> class_name(const std::optional<protocol::FailureClass>& value) {
  if (!value) { return std::nullopt; }
  return std::string(protocol::name_of(*value));
}

std::optional<protocol::FailureClass> class_named(const std::optional<std::string>& name) {
  if (!name) { return std::nullopt; }
  return protocol::failure_class_named(*name);
}

std::optional<Verdict> verdict(const std::optional<std::string>& name,
                               const std::optional<std::string>& line) {
  const auto failure_class = class_named(name);
  if (!failure_class) { return std::nullopt; }
  return Verdict{*failure_class, line.value_or("")};
}

template <typename T, typename Field>
std::optional<Field> field(const std::optional<T>& value, Field T::*member) {
  if (!value) { return std::nullopt; }
  return (*value).*member;
}

std::optional<std::string> class_of(const std::optional<Verdict>& value) {
  return class_name(field(value, &Verdict::failure_class));
}

}  // namespace

const char* const kSelectAttempts = R"sql(
SELECT run, token, executor, number, launcher_pid, launcher_start_ns, job, job_index, restart,
       start_ns, seq, submitted_at, started_at, ended_at, first_step, resumed_from_step, step,
       flops, evaluated_step, checkpoint_step, reported_at, said_at, revision, world, devices,
       tried_at, launched_at, seen_at, cancel_at, said_class, said_line, condemned_class,
       condemned_line, ending_class, ending_source, ending_line, ending_code, gone, nodes,
       ending_node)sql";

// The kept_… and all_… sums are not named here: they belong to the commit of reports.
const char* const kPutAttempt = R"sql(
INSERT INTO attempts (run, token, executor, number, launcher_pid, launcher_start_ns, job, job_index,
       restart, start_ns, seq, submitted_at, started_at, ended_at, first_step, resumed_from_step,
       step, flops, evaluated_step, checkpoint_step, reported_at, said_at, revision, world, devices,
       tried_at, launched_at, seen_at, cancel_at, said_class, said_line, condemned_class,
       condemned_line, ending_class, ending_source, ending_line, ending_code, gone, nodes,
       ending_node, place)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run, place) DO UPDATE SET
       number = excluded.number, launcher_pid = excluded.launcher_pid,
       launcher_start_ns = excluded.launcher_start_ns, job = excluded.job,
       job_index = excluded.job_index, restart = excluded.restart, start_ns = excluded.start_ns,
       seq = excluded.seq, submitted_at = excluded.submitted_at, started_at = excluded.started_at,
       ended_at = excluded.ended_at, first_step = excluded.first_step,
       resumed_from_step = excluded.resumed_from_step, step = excluded.step, flops = excluded.flops,
       evaluated_step = excluded.evaluated_step, checkpoint_step = excluded.checkpoint_step,
       reported_at = excluded.reported_at, said_at = excluded.said_at, revision = excluded.revision,
       world = excluded.world, devices = excluded.devices, tried_at = excluded.tried_at,
       launched_at = excluded.launched_at, seen_at = excluded.seen_at,
       cancel_at = excluded.cancel_at, said_class = excluded.said_class,
       said_line = excluded.said_line, condemned_class = excluded.condemned_class,
       condemned_line = excluded.condemned_line, ending_class = excluded.ending_class,
       ending_source = excluded.ending_source, ending_line = excluded.ending_line,
       ending_code = excluded.ending_code, gone = excluded.gone, nodes = excluded.nodes,
       ending_node = excluded.ending_node
 WHERE attempts.token = excluded.token)sql";

Attempt read_attempt(Columns& c) {
  Attempt a;
  a.token = c.text();
  a.executor = c.text();
  a.number = c.maybe_integer();
  a.launcher_pid = c.maybe_integer();
  a.launcher_start_ns = c.maybe_integer();
  const auto job = c.maybe_integer(), index = c.maybe_integer(), restart = c.maybe_integer(),
             start_ns = c.maybe_integer();
  if (job) {
    a.identity =
        protocol::Identity{*job, index.value_or(0), restart.value_or(0), start_ns.value_or(0)};
  }
  a.seq = c.integer();
  a.submitted_at = c.real();
  a.started_at = c.maybe_real();
  a.ended_at = c.maybe_real();
  a.first_step = c.maybe_integer();
  a.resumed_from_step = c.maybe_integer();
  a.progress.step = c.integer();
  a.progress.flops = c.real();
  a.progress.evaluated_step = c.maybe_integer();
  a.progress.checkpoint_step = c.maybe_integer();
  a.progress.reported_at = c.real();
  a.progress.said_at = c.real();
  a.revision = c.text();
  a.world = c.integer();
  a.devices = nlohmann::json::parse(c.text()).get<std::vector<std::string>>();
  a.tried_at = c.real();
  a.launched_at = c.maybe_real();
  a.seen_at = c.maybe_real();
  a.cancel_at = c.maybe_real();
  const auto said_class = c.maybe_text(), said_line = c.maybe_text();
  a.said_failure = verdict(said_class, said_line);
  const auto condemned_class = c.maybe_text(), condemned_line = c.maybe_text();
  a.condemned = verdict(condemned_class, condemned_line);
  const auto ending_class = c.maybe_text(), source = c.maybe_text(), line = c.maybe_text();
  const auto code = c.maybe_integer();
  if (source) {
    a.ending = Ending{class_named(ending_class), *source, line.value_or(""), std::nullopt,
                      a.ended_at.value_or(0)};
    if (code) { a.ending->exit_code = static_cast<int>(*code); }
  }
  a.gone = c.flag();
  a.nodes = nlohmann::json::parse(c.text()).get<std::vector<std::string>>();
  const std::string node = c.text();
  if (a.ending) { a.ending->node = node; }
  return a;
}

void put_attempt(SQLite::Statement& statement, const std::string& run, int64_t place,
                 const Attempt& a) {
  const std::optional<Ending>& ending = a.ending;
  std::optional<protocol::FailureClass> ending_class;
  std::optional<int> ending_code;
  if (ending) {
    ending_class = ending->failure_class;
    ending_code = ending->exit_code;
  }
  bind_all(
      statement, run, a.token, a.executor, a.number, a.launcher_pid, a.launcher_start_ns,
      field(a.identity, &protocol::Identity::job), field(a.identity, &protocol::Identity::index),
      field(a.identity, &protocol::Identity::restart),
      field(a.identity, &protocol::Identity::start_ns), a.seq, a.submitted_at, a.started_at,
      field(ending, &Ending::at), a.first_step, a.resumed_from_step, a.progress.step,
      a.progress.flops, a.progress.evaluated_step, a.progress.checkpoint_step,
      a.progress.reported_at, a.progress.said_at, a.revision, a.world,
      nlohmann::json(a.devices).dump(), a.tried_at, a.launched_at, a.seen_at, a.cancel_at,
      class_of(a.said_failure), field(a.said_failure, &Verdict::line), class_of(a.condemned),
      field(a.condemned, &Verdict::line), class_name(ending_class),
      field(ending, &Ending::evidence_source), field(ending, &Ending::evidence_line), ending_code,
      a.gone, nlohmann::json(a.nodes).dump(), ending ? ending->node : std::string(), place);
}

}  // namespace enigma::db
