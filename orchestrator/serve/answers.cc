#include "orchestrator/serve/answers.h"

#include "diagnostics/diagnostic.h"
#include "orchestrator/decide/policy.h"
#include "orchestrator/documents/difference.h"
#include "orchestrator/documents/explanation.h"
#include "orchestrator/documents/export.h"
#include "orchestrator/documents/log_tail.h"
#include "orchestrator/documents/metrics.h"
#include "orchestrator/documents/nodes.h"
#include "orchestrator/documents/open_metrics.h"
#include "orchestrator/documents/sample.h"
#include "orchestrator/documents/show.h"
#include "orchestrator/documents/status.h"
#include "orchestrator/documents/sweep.h"
#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/serve/clock.h"
#include "orchestrator/serve/ownership.h"
#include "orchestrator/serve/query.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace enigma::answers {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

http::Response json_of(int status, const ordered_json& document) {
  return {status, document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n"};
}

http::Response refusal(int status, const std::string& message) {
  Diagnostic diagnostic;
  diagnostic.message = message;
  return json_of(status, {{"diagnostics", to_json(std::vector<Diagnostic>{diagnostic})}});
}

http::Response document_of(const std::string& verb, ordered_json content) {
  ordered_json document = {{"schema", "enigma." + verb + "/1"}};
  for (auto& [key, value] : content.get_ref<ordered_json::object_t&>()) {
    document[key] = std::move(value);  // documents are long: they are not copied
  }
  return json_of(200, document);
}

namespace {

// What one question may ask for at most.
constexpr size_t kIdsMax = 100;
constexpr int64_t kRunsMax = 10'000, kPointsMax = 20'000, kLinesMax = 2000;

http::Response metrics_of(const db::Store& store, const http::Request& request,
                          const std::string& id) {
  Query query(request);
  const auto points = query.number("points", kPointsMax), from = query.number("from", INT64_MAX);
  query.check();
  auto values = documents::metric_values(store, id, false);
  if (from) { values = documents::values_from(std::move(values), *from); }
  if (points) { values = documents::sampled(values, static_cast<size_t>(*points)); }
  ordered_json document = {{"run", id}};
  document["rows"] = documents::rows_json(values);
  document["sampled"] = points.has_value();
  return document_of("metrics", std::move(document));
}

http::Response log_of(const db::Run& run, const http::Request& request, const fs::path& folder) {
  Query query(request);
  const auto asked = query.number("attempt", INT32_MAX), lines = query.number("lines", kLinesMax);
  query.check();
  auto attempt = asked;
  for (const db::Attempt& one : run.attempts) {
    if (!asked) { attempt = one.number; }
  }
  if (!attempt) { return refusal(404, "run " + run.id + " has not been started yet"); }
  const auto path = launch::attempt_path((folder / "runs" / run.id).string(), *attempt);
  auto tail = documents::log_tail(path, *attempt, static_cast<size_t>(lines.value_or(kLinesMax)));
  if (!tail) {
    return refusal(404, fmt::format("attempt {} of run {} has no log", *attempt, run.id));
  }
  (*tail)["run"] = run.id;
  return document_of("logs", std::move(*tail));
}

http::Response explanation_of(const db::Store& store, const std::string& id,
                              const fs::path& folder) {
  const auto address = read_address(folder);
  const auto slots = address ? std::optional(address->slots) : std::nullopt;
  return document_of("explain", *documents::explanation(store, id, slots, wall_clock_s()));
}

LawQuestion question_of(const http::Request& request, const std::string& sweep) {
  Query query(request);
  const auto word = [&](const char* key) { return query.word(key).value_or(""); };
  const LawQuestion question{sweep, word("form"), word("where"), word("by"), word("kind")};
  query.check();
  return question;
}

documents::RunPage page_of(Query& query) {
  documents::RunPage page;
  page.after = query.word("after").value_or("");
  page.limit = query.number("limit", kRunsMax);
  const auto state = query.word("state");
  if (state) { page.state = db::state_named(*state); }
  if (state && !page.state) {
    query.refuse("state", "waiting, running, held, done, failed or cancelled", *state);
  }
  return page;
}

}  // namespace

http::Response open_metrics(const db::Store& store, const http::Request&, const fs::path&) {
  return {200, documents::open_metrics(store),
          "application/openmetrics-text; version=1.0.0; charset=utf-8"};
}

http::Response status(const db::Store& store, const http::Request& request, const fs::path& folder,
                      KeptTotals& kept) {
  Query query(request);
  const auto ids = query.words("ids", kIdsMax);
  const auto sweep = query.word("sweep");
  const documents::RunPage page = page_of(query);
  query.check();
  if (ids) { return document_of("status", documents::status_of_runs(store, *ids)); }
  if (sweep && !store.sweep(*sweep)) { return refusal(404, "no sweep is named " + *sweep); }
  // Asked for first: what happens while the rest is read is then told twice, and never missed.
  const int64_t last_event = store.last_event_id();
  const auto keep = [&, stamp = stamp_of(folder)](const KeptTotals::Make& make) {
    return kept.of(sweep.value_or(""), stamp, wall_clock_s(), make);
  };
  auto document = documents::status(store, sweep, document_of(read_address(folder)), page, keep);
  document["last_event"] = last_event;
  return document_of("status", std::move(document));
}

http::Response difference(const db::Store& store, const http::Request& request, const fs::path&) {
  Query query(request);
  const std::string names[] = {query.word("a").value_or(""), query.word("b").value_or("")};
  query.check();
  std::vector<documents::Json> points;
  for (const std::string& name : names) {
    const auto row = store.run(name);
    if (!row) { return refusal(404, "no run " + name); }
    points.push_back(documents::point_to_compare(*row));
  }
  return document_of("diff", {{"differs", documents::differences(points[0], points[1])}});
}

http::Response run(const db::Store& store, const http::Request& request, const fs::path& folder) {
  const std::string rest = request.path.substr(kRunsPath.size());
  const size_t slash = rest.find('/');
  const std::string id = rest.substr(0, slash);
  const std::string what = slash == std::string::npos ? "" : rest.substr(slash + 1);
  const auto row = store.run(id);
  if (!row) { return refusal(404, "no run " + id); }
  if (what.empty()) { return document_of("show", *documents::show(store, id, folder)); }
  if (what == "metrics") { return metrics_of(store, request, id); }
  if (what == "logs") { return log_of(row->run, request, folder); }
  if (what == "explain") { return explanation_of(store, id, folder); }
  return refusal(404, "a run has no " + what);
}

http::Response nodes(const db::Store& store, const http::Request&, const fs::path&) {
  return document_of("nodes",
                     documents::nodes(store, decide::default_policy().nodes, wall_clock_s()));
}

http::Response sweep(const db::Store& store, const http::Request& request,
                     const std::function<ordered_json(const LawQuestion&)>& law) {
  const std::string rest = request.path.substr(kSweepsPath.size());
  const size_t slash = rest.find('/');
  const std::string name = rest.substr(0, slash);
  const std::string what = slash == std::string::npos ? "" : rest.substr(slash + 1);
  if (!store.sweep(name)) { return refusal(404, "no sweep is named " + name); }
  if (what.empty()) { return document_of("sweep", *documents::sweep(store, name)); }
  if (what == "law") { return document_of("law", law(question_of(request, name))); }
  if (what != "export") { return refusal(404, "a sweep has no " + what); }
  return document_of("export", {{"sweep", name}, {"rows", documents::export_rows(store, name)}});
}

}  // namespace enigma::answers
