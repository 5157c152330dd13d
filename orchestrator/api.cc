#include "orchestrator/api.h"

#include "db/room.h"
#include "diagnostics/diagnostic.h"
#include "orchestrator/documents/metrics.h"
#include "orchestrator/documents/show.h"
#include "orchestrator/documents/status.h"
#include "orchestrator/log.h"
#include "orchestrator/secret.h"
#include "orchestrator/submission.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace enigma {
namespace {

using nlohmann::ordered_json;

constexpr int kRetryAfter_s = 5;
constexpr size_t kPrefixDigitsMin = 4;
constexpr size_t kNameDigits = 32;
constexpr std::string_view kRunsPath = "/api/v1/runs/";

http::Response json_of(int status, const ordered_json& document) {
  return {status, document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n"};
}

http::Response refusal(int status, const std::string& message) {
  Diagnostic diagnostic;
  diagnostic.message = message;
  return json_of(status, {{"diagnostics", to_json(std::vector<Diagnostic>{diagnostic})}});
}

/// The machine has other users, and their requests arrive here too.
http::Response unauthorized() {
  return refusal(401, "Authorization: Bearer SECRET is needed (controller.json has it)");
}

/// OpenMetrics text: how many runs stand where.
http::Response open_metrics(const db::Store& store) {
  std::string text = "# TYPE enigma_runs gauge\n# HELP enigma_runs Runs by state.\n";
  for (const auto& [state, runs] : store.counts()) {
    text += fmt::format("enigma_runs{{state=\"{}\"}} {}\n", state, runs);
  }
  return {200, text + "# EOF\n", "application/openmetrics-text; version=1.0.0; charset=utf-8"};
}

/// A document with its schema as the first key, as the command line prints it.
http::Response document_of(const std::string& verb, const ordered_json& content) {
  ordered_json document = {{"schema", "enigma." + verb + "/1"}};
  document.update(content);
  return json_of(200, document);
}

http::Response status(const db::Store& store, const std::string& query) {
  const auto sweep = http::query_value(query, "sweep");
  if (sweep && !store.sweep(*sweep)) return refusal(404, "no sweep is named " + *sweep);
  return document_of("status", documents::status(store, sweep));
}

/// `ID` or `ID/metrics`.
http::Response run_document(const db::Store& store, const std::filesystem::path& folder,
                            const std::string& rest) {
  const size_t slash = rest.find('/');
  const std::string id = rest.substr(0, slash);
  const std::string what = slash == std::string::npos ? "" : rest.substr(slash + 1);
  const auto shown = documents::show(store, id, folder);
  if (!shown) return refusal(404, "no run " + id);
  if (what.empty()) return document_of("show", *shown);
  if (what != "metrics") return refusal(404, "a run has no " + what);
  return document_of("metrics", {{"run", id}, {"rows", documents::metric_rows(store, id, false)}});
}

/// The runs that people mean by a name: a sweep's, or the one whose id begins like this.
std::vector<std::string> runs_named(const db::Store& store, const std::string& name) {
  std::vector<std::string> ids;
  if (store.sweep(name)) {
    for (const db::Run& run : store.runs_of(name)) ids.push_back(run.id);
    return ids;
  }
  if (store.run(name)) return {name};
  if (name.size() < kPrefixDigitsMin) return {};
  ids = store.ids_with_prefix(name, 2);
  return ids.size() == 1 ? ids : std::vector<std::string>{};
}

}  // namespace

http::Response Api::handle(const http::Request& request, db::Time now) {
  const bool is_report = request.path == "/v1/report";
  try {
    if (is_report) return report(request, now);
    return request.method == "POST" ? change(request, now) : read(request);
  } catch (const InputError& wrong) {
    return json_of(400, {{"diagnostics", to_json(wrong.diagnostics())}});
  } catch (const std::exception& broken) {
    // A full disk is told once, by the turn that meets it, and not with every report.
    if (!is_report || !db::is_lack_of_room(broken)) {
      log_line(fmt::format("{} {} failed: {}", request.method, request.path, broken.what()));
    }
    auto response = refusal(is_report ? 503 : 500, broken.what());
    if (is_report) response.retry_after_s = kRetryAfter_s;
    return response;
  }
}

http::Response Api::report(const http::Request& request, db::Time now) {
  if (request.method != "POST") return refusal(405, "reports are posted");
  const Reception reception = controller_.on_reports(request.body, request.bearer, now);
  if (reception.committed) wake_();
  if (reception.status == 200) return {200, protocol::to_json(reception.answer)};
  auto response = refusal(reception.status, reception.why);
  if (reception.status == 503) response.retry_after_s = kRetryAfter_s;
  return response;
}

http::Response Api::read(const http::Request& request) const {
  const db::Store& store = controller_.store();
  if (request.method != "GET") return refusal(405, "only GET and POST are known");
  if (request.path == "/healthz") return {200, "ok\n", "text/plain"};
  if (!same_secret(request.bearer, secret_)) return unauthorized();
  if (request.path == "/metrics") return open_metrics(store);
  if (request.path == "/api/v1/status") return status(store, request.query);
  if (request.path == "/api/v1/controller") {
    return document_of("controller", {{"waiting", documents::or_null(waiting_)}});
  }
  if (request.path.starts_with(kRunsPath)) {
    return run_document(store, controller_.options().store, request.path.substr(kRunsPath.size()));
  }
  return refusal(404, "no such address: " + request.path);
}

http::Response Api::change(const http::Request& request, db::Time now) {
  if (!same_secret(request.bearer, secret_)) return unauthorized();
  if (request.path == "/api/v1/plan") return plan(request.body);
  if (request.path == "/api/v1/submit") return submit(request.body, now);
  if (request.path == "/api/v1/cancel") {
    return request_of(request.body, decide::Request::cancel, now);
  }
  if (request.path == "/api/v1/resume") {
    return request_of(request.body, decide::Request::resume, now);
  }
  return refusal(404, "no such address: " + request.path);
}

http::Response Api::plan(const std::string& body) const {
  // A spec as it is, or a request that also says where the recordings are.
  SweepRequest request{body, "spec", "", "", "", std::nullopt};
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("text")) request = sweep_request_from_json(json);
  const auto planned = plan_sweep(request, &controller_.store(), controller_.options().store);
  if (!planned.ok()) throw InputError(planned.diagnostics);
  return document_of("plan", sweeps::to_json(planned.value->plan));
}

http::Response Api::submit(const std::string& body, db::Time now) {
  const auto request = sweep_request_from_json(nlohmann::json::parse(body, nullptr, false));
  if (request.worker.empty()) return refusal(400, "a worker is needed: {\"worker\": PROGRAM}");
  db::Store& store = controller_.store();
  const auto planned = plan_sweep(request, &store, controller_.options().store);
  if (!planned.ok()) throw InputError(planned.diagnostics);
  const std::string environment = kept(request.environment);
  const auto submitted = store.submit_sweep(planned.value->plan.sweep, request.text,
                                            rows_of(*planned.value, request, environment), now);
  wake_();
  return json_of(200, {{"sweep", planned.value->plan.sweep}, {"submitted", submitted}});
}

// The name gives nothing away about the values, and is the same for the same ones.
std::string Api::kept(const std::optional<local::Environment>& environment) const {
  if (!environment) return "";
  const ControllerOptions& options = controller_.options();
  const std::string name =
      hmac_sha256(options.secret, "environment " + local::to_text(*environment))
          .substr(0, kNameDigits);
  local::keep_environment(options.store, name, *environment);
  return name;
}

http::Response Api::request_of(const std::string& body, decide::Request request, db::Time now) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) {
    return refusal(400, R"(expected {"name": RUN or SWEEP})");
  }
  const std::string name = json["name"];
  const auto ids = runs_named(controller_.store(), name);
  if (ids.empty()) return refusal(404, "no sweep and no run is named " + name);
  std::vector<std::string> changed;
  for (const std::string& id : ids) {
    if (controller_.request(id, request, now)) changed.push_back(id);
  }
  wake_();
  return json_of(200, {{"name", name}, {"runs", ids}, {"changed", changed}});
}

}  // namespace enigma
