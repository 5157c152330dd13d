#include "orchestrator/documents/show.h"

#include "files/atomic_file.h"
#include "orchestrator/attempts/environment.h"
#include "orchestrator/documents/evaluations.h"
#include "orchestrator/documents/forecasts.h"
#include "orchestrator/documents/status.h"

#include <ranges>

namespace enigma::documents {
namespace {

Json evidence(const std::optional<db::Ending>& ending) {
  if (!ending || ending->evidence_source.empty()) { return nullptr; }
  return {{"source", ending->evidence_source}, {"line", or_null(ending->evidence_line)}};
}

Json attempt_json(const db::Attempt& attempt) {
  const auto& ending = attempt.ending;
  const bool failed = ending && ending->failure_class;
  const bool reported = attempt.progress.reported_at > 0;
  const double hours = db::wall_s(attempt) * static_cast<double>(attempt.world) / 3600;
  return {{"number", or_null(attempt.number)},
          {"executor", attempt.executor},
          {"job", attempt.identity ? Json(attempt.identity->job) : Json()},
          {"nodes", attempt.nodes},
          {"ranks", attempt.identity ? Json(attempt.world) : Json()},
          {"started_at", or_null(attempt.started_at)},
          {"ended_at", or_null(attempt.ended_at)},
          {"class", failed ? Json(protocol::name_of(*ending->failure_class)) : Json()},
          {"evidence", evidence(ending)},
          {"first_step", or_null(attempt.first_step)},
          {"last_step", reported ? Json(attempt.progress.step) : Json()},
          {"resumed_from_step", or_null(attempt.resumed_from_step)},
          {"device_hours", attempt.started_at ? Json(hours) : Json()},
          {"code_revision", or_null(attempt.revision)}};
}

Json checkpoints_json(const db::Store& store, const std::string& run) {
  auto list = Json::array();
  for (const db::CheckpointRow& row : store.checkpoints(run)) {
    list.push_back({{"step", row.checkpoint.step},
                    {"path", row.checkpoint.path},
                    {"bytes", row.checkpoint.bytes},
                    {"sha256", row.checkpoint.sha256},
                    {"attempt", row.attempt}});
  }
  return list;
}

Json evals_json(const db::Store& store, const std::string& run) {
  auto list = Json::array();
  for (const db::EvalRow& row : store.evals(run)) {
    list.push_back({{"step", row.eval.step},
                    {"strategy", row.eval.strategy},
                    {"tier", row.eval.tier},
                    {"loss", row.eval.loss},
                    {"baseline_loss", row.eval.baseline_loss},
                    {"correlation", or_null(row.eval.correlation)},
                    {"se", or_null(row.eval.se)},
                    {"n", row.eval.n}});
  }
  return list;
}

Json skipped_json(const db::Store& store, const std::string& run) {
  auto list = Json::array();
  for (const db::SkippedRow& row : store.skipped(run)) {
    list.push_back({{"from", row.skipped.from}, {"to", row.skipped.to}, {"why", row.skipped.why}});
  }
  return list;
}

Json events_json(const db::Store& store, const std::string& run) {
  auto list = Json::array();
  for (const db::Event& event : store.events_of(run)) {
    list.push_back(
        {{"id", event.id}, {"at", event.at}, {"kind", event.kind}, {"text", event.text}});
  }
  return list;
}

Json environment_json(const std::string& placement, const std::filesystem::path& folder) {
  const Json name = member(parsed(placement), "environment");
  if (!name.is_string()) { return nullptr; }
  const auto kept = attempts::kept_environment(folder, name.get<std::string>());
  return kept ? attempts::listed(*kept) : Json();
}

constexpr size_t kLayoutBytesMax = size_t{16} << 20;

/// What the worker of the newest attempt that has said so wrote of its ranks; null: none has.
Json layout_of(const db::Run& run, const std::filesystem::path& folder) {
  if (folder.empty()) { return nullptr; }
  for (const db::Attempt& attempt : run.attempts | std::views::reverse) {
    if (!attempt.number) { continue; }
    const auto file =
        folder / "runs" / run.id / ("attempt-" + std::to_string(*attempt.number)) / "layout.json";
    std::error_code unreadable;
    if (!std::filesystem::is_regular_file(file, unreadable)) { continue; }
    try {
      Json layout = parsed(read_file(file, kLayoutBytesMax));
      if (layout.is_object()) { return layout; }
    } catch (const std::exception&) {  // no longer there, or too large to be one
    }
  }
  return nullptr;
}

void add_layout(Json& json, const Json& layout) {
  json["ranks"] = member(layout, "ranks");
  json["communication"] = member(layout, "communication");
}

}  // namespace

std::optional<Json> show(const db::Store& store, const std::string& run,
                         const std::filesystem::path& folder) {
  const auto row = store.run(run);
  const auto known = view(store, run);
  if (!row || !known) { return std::nullopt; }
  Json json = run_json(*known);
  json["point"] = parsed(row->point);
  json["environment"] = environment_json(row->placement, folder);
  auto attempts = Json::array();
  for (const db::Attempt& attempt : row->run.attempts) {
    attempts.push_back(attempt_json(attempt));
  }
  json["attempts"] = std::move(attempts);
  add_layout(json, layout_of(row->run, folder));
  json["checkpoints"] = checkpoints_json(store, run);
  json["evals"] = evals_json(store, run);
  json["evaluations"] = evaluations_of(folder.empty() ? folder : folder / "runs" / run);
  json["forecasts"] = forecasts_of_run(store, *known);
  json["skipped"] = skipped_json(store, run);
  json["events"] = events_json(store, run);
  return json;
}

}  // namespace enigma::documents
