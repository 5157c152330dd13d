#include "orchestrator/serve/api.h"

#include "db/room.h"
#include "diagnostics/diagnostic.h"
#include "orchestrator/attempts/program.h"
#include "orchestrator/attempts/secret.h"
#include "orchestrator/documents/metrics.h"
#include "orchestrator/documents/show.h"
#include "orchestrator/documents/status.h"
#include "orchestrator/serve/clock.h"
#include "orchestrator/serve/log.h"
#include "orchestrator/serve/ownership.h"
#include "orchestrator/submit/submission.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
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
http::Response open_metrics(const db::Store& store, const http::Request&, const fs::path&) {
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

http::Response status(const db::Store& store, const http::Request& request,
                      const fs::path& folder) {
  const auto sweep = http::query_value(request.query, "sweep");
  if (sweep && !store.sweep(*sweep)) { return refusal(404, "no sweep is named " + *sweep); }
  return document_of("status", documents::status(store, sweep, document_of(read_address(folder))));
}

/// `ID` or `ID/metrics`.
http::Response run_document(const db::Store& store, const http::Request& request,
                            const fs::path& folder) {
  const std::string rest = request.path.substr(kRunsPath.size());
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

/// Those that have failed for good, and how their last attempt did.
std::vector<db::Run> failed_with(std::vector<db::Run> runs, protocol::FailureClass failure) {
  std::erase_if(runs, [&](const db::Run& run) {
    return run.state != db::State::failed || run.attempts.empty() || !run.attempts.back().ending ||
           run.attempts.back().ending->failure_class != failure;
  });
  return runs;
}

std::optional<std::string> text_member(const nlohmann::json& json, const char* key) {
  if (!json.is_object() || !json.contains(key) || !json[key].is_string()) { return std::nullopt; }
  return json[key].get<std::string>();
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

http::Response planned(const std::string& body, const fs::path& folder) {
  // A spec as it is, or a request that also says where the recordings are.
  SweepRequest request{body, "spec", "", "", "", {}, {}};
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("text")) { request = sweep_request_from_json(json); }
  request.day = today();
  const auto store = db::Store::open_read_only(folder / "runs.db");
  const auto plan = plan_sweep(request, &store, folder);
  if (!plan.ok()) { throw InputError(plan.diagnostics); }
  return document_of("plan", sweeps::to_json(plan.value->plan));
}

/// What a submission adds to the store.
struct Submission {
  std::string sweep, spec;
  std::vector<db::NewPoint> points;
};

// The name gives nothing away about the values, and is the same for the same ones.
std::string kept(const std::optional<attempts::Environment>& environment,
                 const ControllerOptions& options) {
  if (!environment) { return ""; }
  const std::string name =
      attempts::hmac_sha256(options.secret, "environment " + attempts::to_text(*environment))
          .substr(0, kNameDigits);
  attempts::keep_environment(options.store, name, *environment);
  return name;
}

Submission submission_of(const std::string& body, const ControllerOptions& options) {
  auto request = sweep_request_from_json(nlohmann::json::parse(body, nullptr, false));
  request.day = today();
  if (request.worker.empty()) {
    Diagnostic absent;
    absent.message = "a worker is needed";
    absent.expected = R"({"worker": PROGRAM})";
    throw InputError({absent});
  }
  const auto store = db::Store::open_read_only(options.store / "runs.db");
  const auto planned = plan_sweep(request, &store, options.store);
  if (!planned.ok()) { throw InputError(planned.diagnostics); }
  request.worker = attempts::keep_program(options.store, request.worker);
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

/// An address, and what answers there.
struct Api::Route {
  std::string_view method;
  std::string_view path;  ///< with '/' at its end: everything below it
  bool is_open;           ///< needs no secret
  void (Api::*answer)(const http::Request& request, db::Time now, const http::Reply& reply);

  bool leads_to(const std::string& address) const {
    return path.ends_with('/') ? address.starts_with(path) : address == path;
  }
};

const Api::Route* Api::route_to(const std::string& address) {
  static constexpr std::array<Route, 11> kRoutes{{
      {"POST", kReportPath, true, &Api::report},
      {"GET", "/healthz", true, &Api::health},
      {"GET", "/metrics", false, &Api::read<open_metrics>},
      {"GET", "/api/v1/controller", false, &Api::controller},
      {"GET", "/api/v1/status", false, &Api::read<status>},
      {"GET", kRunsPath, false, &Api::read<run_document>},
      {"POST", "/api/v1/plan", false, &Api::plan},
      {"POST", "/api/v1/submit", false, &Api::submit},
      {"POST", "/api/v1/cancel", false, &Api::ask<decide::Request::cancel>},
      {"POST", "/api/v1/hold", false, &Api::ask<decide::Request::hold>},
      {"POST", "/api/v1/resume", false, &Api::ask<decide::Request::resume>},
  }};
  const auto* route =
      std::ranges::find_if(kRoutes, [&](const Route& r) { return r.leads_to(address); });
  return route == kRoutes.end() ? nullptr : route;
}

void Api::handle(const http::Request& request, db::Time now, const http::Reply& reply) {
  const Route* route = route_to(request.path);
  const bool is_open = route != nullptr && route->is_open;
  if (!is_open && !attempts::same_secret(request.bearer, secret_)) { return reply(unauthorized()); }
  if (route == nullptr) { return reply(refusal(404, "no such address: " + request.path)); }
  if (request.method != route->method) {
    return reply(refusal(405, fmt::format("{} takes {} alone", request.path, route->method)));
  }
  (this->*route->answer)(request, now, reply);
}

void Api::report(const http::Request& request, db::Time now, const http::Reply& reply) {
  reply(answered(request, [&] { return received(request, now); }));
}

http::Response Api::received(const http::Request& request, db::Time now) {
  const Reception reception = controller_.on_reports(request.body, request.bearer, now);
  if (reception.run) { wake_(); }
  if (reception.status == 200) { return {200, protocol::to_json(reception.answer)}; }
  auto response = refusal(reception.status, reception.why);
  if (reception.status == 503) { response.retry_after_s = kRetryAfter_s; }
  return response;
}

void Api::health(const http::Request&, db::Time, const http::Reply& reply) {
  reply({200, "ok\n", "text/plain", {}});
}

void Api::controller(const http::Request&, db::Time, const http::Reply& reply) {
  reply(document_of("controller", {{"waiting", documents::or_null(waiting_)}}));
}

template <auto document>
void Api::read(const http::Request& request, db::Time, const http::Reply& reply) {
  asio::post(documents_, [request, reply, folder = controller_.options().store] {
    reply(answered(request, [&] {
      return document(db::Store::open_read_only(folder / "runs.db"), request, folder);
    }));
  });
}

void Api::plan(const http::Request& request, db::Time, const http::Reply& reply) {
  asio::post(plans_, [request, reply, folder = controller_.options().store] {
    reply(answered(request, [&] { return planned(request.body, folder); }));
  });
}

template <decide::Request what>
void Api::ask(const http::Request& request, db::Time now, const http::Reply& reply) {
  reply(answered(request, [&] { return request_of(request.body, what, now); }));
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
  const auto name = text_member(json, "name"), failure = text_member(json, "class");
  const auto failure_class = failure ? protocol::failure_class_named(*failure) : std::nullopt;
  if (!(name || failure) || (failure && !failure_class)) {
    return refusal(400, R"(expected {"name": RUN or SWEEP}, with or without {"class": FAILURE})");
  }
  auto runs = name ? runs_named(controller_.store(), *name) : controller_.store().runs();
  if (name && runs.empty()) { return refusal(404, "no sweep and no run is named " + *name); }
  if (failure_class) { runs = failed_with(std::move(runs), *failure_class); }
  const auto changed = controller_.request(runs, request, now);
  std::vector<std::string> ids;
  for (const db::Run& run : runs) { ids.push_back(run.id); }
  wake_();
  return json_of(200, {{"name", documents::or_null(name)}, {"runs", ids}, {"changed", changed}});
}

}  // namespace enigma
