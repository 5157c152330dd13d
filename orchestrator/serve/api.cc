#include "orchestrator/serve/api.h"

#include "db/room.h"
#include "diagnostics/diagnostic.h"
#include "orchestrator/attempts/secret.h"
#include "orchestrator/documents/metrics.h"
#include "orchestrator/documents/show.h"
#include "orchestrator/documents/status.h"
#include "orchestrator/serve/log.h"
#include "orchestrator/serve/ownership.h"
#include "orchestrator/submit/submission.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace enigma {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kRetryAfter_s = 5;
constexpr size_t kPrefixDigitsMin = 4;
constexpr size_t kNameDigits = 32;
constexpr std::string_view kReportPath = "/v1/report";
constexpr std::string_view kRunsPath = "/api/v1/runs/";
/// Documents, and plans, that are made at a time: a digest of large recordings takes minutes.
constexpr size_t kThreads = 4;

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

http::Response status(const db::Store& store, const std::string& query,
                      const std::filesystem::path& folder) {
  const auto sweep = http::query_value(query, "sweep");
  if (sweep && !store.sweep(*sweep)) { return refusal(404, "no sweep is named " + *sweep); }
  return document_of("status", documents::status(store, sweep, document_of(read_address(folder))));
}

/// `ID` or `ID/metrics`.
http::Response run_document(const db::Store& store, const std::filesystem::path& folder,
                            const std::string& rest) {
  const size_t slash = rest.find('/');
  const std::string id = rest.substr(0, slash);
  const std::string what = slash == std::string::npos ? "" : rest.substr(slash + 1);
  const auto shown = documents::show(store, id, folder);
  if (!shown) { return refusal(404, "no run " + id); }
  if (what.empty()) { return document_of("show", *shown); }
  if (what != "metrics") { return refusal(404, "a run has no " + what); }
  return document_of("metrics", {{"run", id}, {"rows", documents::metric_rows(store, id, false)}});
}

/// The runs that people mean by a name: a sweep's, or the one whose id begins like this.
std::vector<db::Run> runs_named(const db::Store& store, const std::string& name) {
  if (store.sweep(name)) { return store.runs_of(name); }
  const auto ids = store.ids_with_prefix(name, 2);
  if (ids.empty()) { return {}; }
  const bool meant = name.size() >= kPrefixDigitsMin && ids.size() == 1;
  if (ids.front() != name && !meant) { return {}; }
  return {store.run(ids.front())->run};
}

/// The answer of `work`, or what became of it.
http::Response answered(const http::Request& request, const std::function<http::Response()>& work) {
  try {
    return work();
  } catch (const InputError& wrong) {
    return json_of(400, {{"diagnostics", to_json(wrong.diagnostics())}});
  } catch (const std::exception& broken) {
    const bool is_report = request.path == kReportPath;
    // A full disk is told once, by the turn that meets it, and not with every report.
    if (!is_report || !db::is_lack_of_room(broken)) {
      log_line(fmt::format("{} {} failed: {}", request.method, request.path, broken.what()));
    }
    auto response = refusal(is_report ? 503 : 500, broken.what());
    if (is_report) { response.retry_after_s = kRetryAfter_s; }
    return response;
  }
}

http::Response document(const http::Request& request, const fs::path& folder) {
  const auto store = db::Store::open_read_only(folder / "runs.db");
  if (request.path == "/metrics") { return open_metrics(store); }
  if (request.path == "/api/v1/status") { return status(store, request.query, folder); }
  if (request.path.starts_with(kRunsPath)) {
    return run_document(store, folder, request.path.substr(kRunsPath.size()));
  }
  return refusal(404, "no such address: " + request.path);
}

http::Response plan(const std::string& body, const fs::path& folder) {
  // A spec as it is, or a request that also says where the recordings are.
  SweepRequest request{body, "spec", "", "", "", {}, {}};
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("text")) { request = sweep_request_from_json(json); }
  const auto store = db::Store::open_read_only(folder / "runs.db");
  const auto planned = plan_sweep(request, &store, folder);
  if (!planned.ok()) { throw InputError(planned.diagnostics); }
  return document_of("plan", sweeps::to_json(planned.value->plan));
}

/// What a submission adds to the store.
struct Submission {
  std::string sweep, spec;
  std::vector<db::NewPoint> points;
};

// The name gives nothing away about the values, and is the same for the same ones.
std::string kept(const std::optional<local::Environment>& environment,
                 const ControllerOptions& options) {
  if (!environment) { return ""; }
  const std::string name =
      hmac_sha256(options.secret, "environment " + local::to_text(*environment))
          .substr(0, kNameDigits);
  local::keep_environment(options.store, name, *environment);
  return name;
}

Submission submission_of(const std::string& body, const ControllerOptions& options) {
  const auto request = sweep_request_from_json(nlohmann::json::parse(body, nullptr, false));
  if (request.worker.empty()) {
    Diagnostic absent;
    absent.message = "a worker is needed";
    absent.expected = R"({"worker": PROGRAM})";
    throw InputError({absent});
  }
  const auto store = db::Store::open_read_only(options.store / "runs.db");
  const auto planned = plan_sweep(request, &store, options.store);
  if (!planned.ok()) { throw InputError(planned.diagnostics); }
  return {planned.value->plan.sweep, request.text,
          rows_of(*planned.value, request, kept(request.environment, options))};
}

}  // namespace

Api::Api(Controller& controller, std::string secret, std::function<void()> wake, Post post)
    : controller_(controller),
      secret_(std::move(secret)),
      wake_(std::move(wake)),
      post_(std::move(post)),
      documents_(kThreads),
      plans_(kThreads) {}

Api::~Api() {
  documents_.stop();
  plans_.stop();
  documents_.join();
  plans_.join();
}

void Api::handle(const http::Request& request, db::Time now, const http::Reply& reply) {
  if (request.path == kReportPath) {
    reply(answered(request, [&] { return report(request, now); }));
  } else if (request.method == "POST") {
    change(request, now, reply);
  } else {
    read(request, reply);
  }
}

http::Response Api::report(const http::Request& request, db::Time now) {
  if (request.method != "POST") { return refusal(405, "reports are posted"); }
  const Reception reception = controller_.on_reports(request.body, request.bearer, now);
  if (reception.run) { wake_(); }
  if (reception.status == 200) { return {200, protocol::to_json(reception.answer)}; }
  auto response = refusal(reception.status, reception.why);
  if (reception.status == 503) { response.retry_after_s = kRetryAfter_s; }
  return response;
}

void Api::read(const http::Request& request, const http::Reply& reply) {
  if (request.method != "GET") { return reply(refusal(405, "only GET and POST are known")); }
  if (request.path == "/healthz") { return reply({200, "ok\n", "text/plain", {}}); }
  if (!same_secret(request.bearer, secret_)) { return reply(unauthorized()); }
  if (request.path == "/api/v1/controller") {
    return reply(document_of("controller", {{"waiting", documents::or_null(waiting_)}}));
  }
  asio::post(documents_, [request, reply, folder = controller_.options().store] {
    reply(answered(request, [&] { return document(request, folder); }));
  });
}

void Api::change(const http::Request& request, db::Time now, const http::Reply& reply) {
  if (!same_secret(request.bearer, secret_)) { return reply(unauthorized()); }
  const auto asked = [&](decide::Request what) {
    reply(answered(request, [&] { return request_of(request.body, what, now); }));
  };
  if (request.path == "/api/v1/submit") { return submit(request, now, reply); }
  if (request.path == "/api/v1/cancel") { return asked(decide::Request::cancel); }
  if (request.path == "/api/v1/resume") { return asked(decide::Request::resume); }
  if (request.path != "/api/v1/plan") {
    return reply(refusal(404, "no such address: " + request.path));
  }
  asio::post(plans_, [request, reply, folder = controller_.options().store] {
    reply(answered(request, [&] { return plan(request.body, folder); }));
  });
}

// Planned on a thread of its own, added on the deciding one.
void Api::submit(const http::Request& request, db::Time now, const http::Reply& reply) {
  asio::post(plans_, [this, request, now, reply, options = controller_.options()] {
    auto rows = std::make_shared<Submission>();
    const auto refused = answered(request, [&] {
      *rows = submission_of(request.body, options);
      return http::Response{};
    });
    if (refused.status != 200) { return reply(refused); }
    post_([this, request, now, reply, rows] {
      reply(answered(request, [&] {
        const auto submitted = controller_.add(rows->sweep, rows->spec, rows->points, now);
        wake_();
        return json_of(200, {{"sweep", rows->sweep}, {"submitted", submitted}});
      }));
    });
  });
}

http::Response Api::request_of(const std::string& body, decide::Request request, db::Time now) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) {
    return refusal(400, R"(expected {"name": RUN or SWEEP})");
  }
  const std::string name = json["name"];
  const auto runs = runs_named(controller_.store(), name);
  if (runs.empty()) { return refusal(404, "no sweep and no run is named " + name); }
  const auto changed = controller_.request(runs, request, now);
  std::vector<std::string> ids;
  for (const db::Run& run : runs) { ids.push_back(run.id); }
  wake_();
  return json_of(200, {{"name", name}, {"runs", ids}, {"changed", changed}});
}

}  // namespace enigma
