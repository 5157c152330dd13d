#include "orchestrator/serve/answers.h"

#include "diagnostics/diagnostic.h"
#include "orchestrator/decide/policy.h"
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

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

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

http::Response document_of(const std::string& verb, const ordered_json& content) {
  ordered_json document = {{"schema", "enigma." + verb + "/1"}};
  document.update(content);
  return json_of(200, document);
}

std::optional<int64_t> number_of(const http::Request& request, const std::string& key,
                                 int64_t most) {
  const auto text = http::query_value(request.query, key);
  int64_t number = 0;
  if (!text) { return std::nullopt; }
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool whole = error == std::errc() && end == text->data() + text->size();
  return whole && number >= 0 ? std::optional(std::min(number, most)) : std::nullopt;
}

namespace {

// What one question may ask for at most.
constexpr size_t kIdsMax = 100, kWordBytesMax = 1000;
constexpr int64_t kRunsMax = 10'000, kPointsMax = 20'000, kLinesMax = 2000;

std::vector<std::string> listed_ids(const std::string& text) {
  std::vector<std::string> ids;
  for (size_t from = 0; from < text.size() && ids.size() < kIdsMax;) {
    const size_t to = std::min(text.find(',', from), text.size());
    if (to > from) { ids.push_back(text.substr(from, to - from)); }
    from = to + 1;
  }
  return ids;
}

http::Response metrics_of(const db::Store& store, const http::Request& request,
                          const std::string& id) {
  const auto points = number_of(request, "points", kPointsMax);
  auto rows = documents::metric_rows(store, id, false);
  if (const auto from = number_of(request, "from", INT64_MAX)) {
    rows = documents::rows_from(rows, *from);
  }
  if (points) { rows = documents::sampled(rows, static_cast<size_t>(*points)); }
  return document_of("metrics", {{"run", id}, {"rows", rows}, {"sampled", points.has_value()}});
}

http::Response log_of(const db::Run& run, const http::Request& request, const fs::path& folder) {
  auto attempt = number_of(request, "attempt", INT32_MAX);
  for (const db::Attempt& one : run.attempts) {
    if (!attempt || !http::query_value(request.query, "attempt")) { attempt = one.number; }
  }
  if (!attempt) { return refusal(404, "run " + run.id + " has not been started yet"); }
  const auto path = launch::attempt_path((folder / "runs" / run.id).string(), *attempt);
  const auto lines = number_of(request, "lines", kLinesMax).value_or(kLinesMax);
  auto tail = documents::log_tail(path, *attempt, static_cast<size_t>(lines));
  if (!tail) {
    return refusal(404, fmt::format("attempt {} of run {} has no log", *attempt, run.id));
  }
  (*tail)["run"] = run.id;
  return document_of("logs", *tail);
}

http::Response explanation_of(const db::Store& store, const std::string& id,
                              const fs::path& folder) {
  const auto address = read_address(folder);
  const auto slots = address ? std::optional(address->slots) : std::nullopt;
  return document_of("explain", *documents::explanation(store, id, slots, wall_clock_s()));
}

LawQuestion question_of(const http::Request& request, const std::string& sweep) {
  const auto word = [&](const char* key) {
    return http::query_value(request.query, key).value_or("").substr(0, kWordBytesMax);
  };
  return {sweep, word("form"), word("where"), word("by"), word("kind")};
}

}  // namespace

http::Response open_metrics(const db::Store& store, const http::Request&, const fs::path&) {
  return {200, documents::open_metrics(store),
          "application/openmetrics-text; version=1.0.0; charset=utf-8"};
}

http::Response status(const db::Store& store, const http::Request& request,
                      const fs::path& folder) {
  const auto ids = http::query_value(request.query, "ids");
  if (ids) { return document_of("status", documents::status_of_runs(store, listed_ids(*ids))); }
  const auto sweep = http::query_value(request.query, "sweep");
  if (sweep && !store.sweep(*sweep)) { return refusal(404, "no sweep is named " + *sweep); }
  const documents::RunPage page{http::query_value(request.query, "after").value_or(""),
                                number_of(request, "limit", kRunsMax)};
  // Asked for first: what happens while the rest is read is then told twice, and never missed.
  const int64_t last_event = store.last_event_id();
  auto document = documents::status(store, sweep, document_of(read_address(folder)), page);
  document["last_event"] = last_event;
  return document_of("status", document);
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
