#include "orchestrator/serve/api.h"

#include "db/room.h"
#include "diagnostics/diagnostic.h"
#include "orchestrator/attempts/program.h"
#include "orchestrator/attempts/secret.h"
#include "orchestrator/documents/forecasts.h"
#include "orchestrator/documents/unknown.h"
#include "orchestrator/page/page.h"
#include "orchestrator/serve/answers.h"
#include "orchestrator/serve/clock.h"
#include "orchestrator/serve/log.h"
#include "orchestrator/serve/query.h"
#include "orchestrator/submit/submission.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

namespace enigma {
namespace {

namespace asio = boost::asio;
using answers::document_of;
using answers::json_of;
using answers::refusal;
namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kRetryAfter_s = 5;
constexpr size_t kPrefixDigitsMin = 4;
constexpr size_t kNameDigits = 32;
constexpr std::string_view kReportPath = "/v1/report";
/// Documents, and plans, that are made at a time: a digest of large recordings takes minutes.
constexpr size_t kThreads = 4;

/// The machine has other users, and their requests arrive here too.
http::Response unauthorized() {
  return refusal(401, "Authorization: Bearer SECRET is needed (controller.json has it)");
}

/// A file of the page; what it holds never changes under one name, but for the first one.
http::Response file_of_page(const http::Request& request, const page::File& file) {
  http::Response response{200, "", std::string(file.type), {}};
  const bool asset = request.path != "/";
  response.headers = {
      {"ETag", std::string(file.etag)},
      {"Cache-Control", asset ? "private, max-age=31536000, immutable" : "private, no-cache"}};
  add_page_headers(response);
  if (request.if_none_match == file.etag) {
    response.status = 304;
    return response;
  }
  if (file.compressed) { response.headers.emplace_back("Content-Encoding", "gzip"); }
  response.body = file.content;
  return response;
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

/// The event up to which a listener has been told: the header that a browser sends when it comes
/// back, else the query.
std::optional<int64_t> seen_of(const http::Request& request) {
  http::Request shown = request;
  if (!request.last_event_id.empty()) { shown.query = "after=" + request.last_event_id; }
  answers::Query query(shown);
  const auto seen = query.number("after", INT64_MAX);
  query.check();
  return seen;
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
  std::optional<db::Ceiling> ceiling;
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
          rows_of(*planned.value, request, kept(request.environment, options)),
          ceiling_of(*planned.value)};
}

}  // namespace

Api::Api(Controller& controller, std::string secret, std::function<void()> wake, Post post,
         fs::path program)
    : controller_(controller),
      door_(std::move(secret)),
      events_(controller, monotonic_s),
      laws_(std::move(program), controller.options().store),
      wake_(std::move(wake)),
      post_(std::move(post)),
      documents_(kThreads),
      plans_(kThreads),
      fits_(1) {}

Api::~Api() {
  for (auto* pool : {&documents_, &plans_, &fits_}) { pool->stop(); }
  for (auto* pool : {&documents_, &plans_, &fits_}) { pool->join(); }
}

/// An address, and what answers there.
struct Api::Route {
  std::string_view method;
  std::string_view path;  ///< with '/' at its end: everything below it
  bool is_open;           ///< needs no secret
  void (Api::*answer)(const http::Request& request, db::Time now, const http::Reply& reply);

  bool leads_to(const std::string& address) const {
    const bool all_below = path.size() > 1 && path.ends_with('/');
    return all_below ? address.starts_with(path) : address == path;
  }
};

const Api::Route* Api::route_to(const std::string& address) {
  static constexpr std::array<Route, 18> kRoutes{{
      {"POST", kReportPath, true, &Api::report},
      {"GET", "/healthz", true, &Api::health},
      {"GET", "/", true, &Api::page},
      {"GET", "/assets/", false, &Api::page},
      {"GET", "/api/v1/events", false, &Api::events},
      {"GET", answers::kSweepsPath, false, &Api::sweep},
      {"GET", "/api/v1/diff", false, &Api::read<answers::difference>},
      {"GET", "/api/v1/nodes", false, &Api::read<answers::nodes>},
      {"GET", "/metrics", false, &Api::read<answers::open_metrics>},
      {"GET", "/api/v1/controller", false, &Api::controller},
      {"GET", "/api/v1/status", false, &Api::status},
      {"GET", answers::kRunsPath, false, &Api::read<answers::run>},
      {"POST", "/api/v1/plan", false, &Api::plan},
      {"POST", "/api/v1/submit", false, &Api::submit},
      {"POST", "/api/v1/forecasts", false, &Api::freeze},
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
  if (!is_open && !door_.knows(request)) { return reply(unauthorized()); }
  if (route == nullptr) { return reply(refusal(404, "no such address: " + request.path)); }
  if (request.method != route->method) {
    return reply(refusal(405, fmt::format("{} takes {} alone", request.path, route->method)));
  }
  if (!is_open && request.method == "POST" && !door_.may_change(request)) {
    return reply(refusal(403, "a cookie changes something only from the controller's own page"));
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

// Under `/` everybody learns how to get in; the rest of the page is for those who are.
void Api::page(const http::Request& request, db::Time, const http::Reply& reply) {
  if (const auto in = door_.entrance(request)) { return reply(*in); }
  if (!door_.knows(request)) { return reply(Door::closed(request)); }
  const std::string name = request.path == "/" ? "index.html" : request.path.substr(1);
  if (const page::File* file = page::file(name)) { return reply(file_of_page(request, *file)); }
  if (request.path != "/") { return reply(refusal(404, "no such address: " + request.path)); }
  http::Response without{200,
                         "This enigma-sweep was built without its page (that needs Node.js); "
                         "the JSON documents under /api/v1/ are all there.\n",
                         "text/plain; charset=utf-8",
                         {}};
  add_page_headers(without);
  reply(without);
}

void Api::events(const http::Request& request, db::Time, const http::Reply& reply) {
  reply(answered(request, [&] { return events_behind(seen_of(request)); }));
}

http::Response Api::events_behind(std::optional<int64_t> seen) {
  auto stream = events_.follow(seen);
  if (!stream) {
    auto full = refusal(503, "too many are listening to events already");
    full.retry_after_s = kRetryAfter_s;
    return full;
  }
  http::Response response{200, "retry: 2000\n\n", "text/event-stream; charset=utf-8", {}};
  response.headers = {{"X-Accel-Buffering", "no"}, {"X-Content-Type-Options", "nosniff"}};
  response.stream = std::move(*stream);
  return response;
}

void Api::status(const http::Request& request, db::Time, const http::Reply& reply) {
  asio::post(documents_, [this, request, reply, folder = controller_.options().store] {
    reply(answered(request, [&] {
      return answers::status(db::Store::open_read_only(folder / "runs.db"), request, folder,
                             totals_);
    }));
  });
}

// A law may take a while: it keeps nobody waiting for anything else.
void Api::sweep(const http::Request& request, db::Time, const http::Reply& reply) {
  auto& pool = request.path.ends_with("/law") ? fits_ : documents_;
  asio::post(pool, [this, request, reply, folder = controller_.options().store] {
    reply(answered(request, [&] {
      const auto store = db::Store::open_read_only(folder / "runs.db");
      return answers::sweep(store, request, [&](const LawQuestion& question) {
        return laws_.law(store, question, wall_clock_s());
      });
    }));
  });
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
        const auto submitted =
            controller_.add(rows->sweep, rows->spec, rows->points, now, rows->ceiling);
        wake_();
        return json_of(200, {{"sweep", rows->sweep}, {"submitted", submitted}});
      }));
    });
  });
}

void Api::freeze(const http::Request& request, db::Time now, const http::Reply& reply) {
  reply(answered(request, [&] { return frozen(request.body, now); }));
}

http::Response Api::frozen(const std::string& body, db::Time now) {
  const auto asked = documents::forecast_from_json(nlohmann::json::parse(body, nullptr, false));
  if (!controller_.store().sweep(asked.sweep)) {
    return refusal(404, "no sweep is named " + asked.sweep);
  }
  const auto standing = controller_.freeze(asked, now);
  documents::check_stands(asked, standing);
  return json_of(200, {{"forecast", documents::to_json(standing)}});
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
