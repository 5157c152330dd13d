#include "orchestrator/submit/submission.h"

#include "orchestrator/attempts/placement.h"
#include "orchestrator/submit/site_file.h"
#include "orchestrator/submit/speed.h"
#include "recordings/manifest.h"
#include "sweeps/executor_names.h"
#include "sweeps/family.h"
#include "sweeps/plan_resources.h"
#include "sweeps/setting.h"
#include "sweeps/site/device_peak.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace enigma {
namespace {

namespace fs = std::filesystem;

Diagnostic problem(const std::string& file, const std::string& pointer, const std::string& message,
                   const std::string& expected, const std::string& suggestion) {
  Diagnostic diagnostic;
  diagnostic.file = file;
  diagnostic.pointer = pointer;
  diagnostic.message = message;
  diagnostic.expected = expected;
  diagnostic.suggestion = suggestion;
  return diagnostic;
}

template <typename T>
void append(std::vector<T>& to, std::vector<T> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// A relative folder of a spec is meant from where the spec lies.
fs::path data_of(const SweepRequest& request, const sweeps::Spec& spec) {
  if (!request.data.empty()) { return fs::absolute(request.data); }
  if (spec.data.path.empty()) { return {}; }
  // But for its last part, which may be a link: a session is called as it is reached.
  fs::path folder = fs::absolute(request.file).parent_path() / spec.data.path;
  if (!folder.has_filename()) { folder = folder.parent_path(); }
  const bool named = folder.filename() != "." && folder.filename() != "..";
  return named ? fs::weakly_canonical(folder.parent_path()) / folder.filename()
               : fs::weakly_canonical(folder);
}

/// This machine runs a run's ranks side by side, on as many slots.
std::vector<Diagnostic> wider_than_a_machine(const sweeps::Spec& spec) {
  std::vector<Diagnostic> problems;
  for (size_t i = 0; i < spec.resources.size(); ++i) {
    const sweeps::ResourceRule& rule = spec.resources[i];
    if (rule.nodes.back() == 1 && rule.devices == 1 && !rule.time_s && rule.spares == 0 &&
        rule.chain == 1) {
      continue;
    }
    Diagnostic wide =
        spec.document.at(fmt::format("/resources/{}", i),
                         "the local executor runs the ranks of a run on this machine, "
                         "without a limit of its time");
    wide.expected = "one node, one device, no time_s, no chain";
    wide.suggestion = "\"executor\": \"slurm\"";
    problems.push_back(wide);
  }
  return problems;
}

std::vector<Diagnostic> problems_of(const SweepRequest& request, const sweeps::Spec& spec,
                                    const std::string& executor) {
  if (std::ranges::find(sweeps::executor_names(), executor) == sweeps::executor_names().end()) {
    Diagnostic refused = request.executor.empty() ? spec.document.at("/executor", "")
                                                  : problem("--executor", "", "", "", "");
    refused.message = "executor '" + executor + "' is not supported by this version";
    refused.expected = fmt::format("{}", fmt::join(sweeps::executor_names(), " or "));
    refused.suggestion = "leave it out";
    return {refused};
  }
  if (executor == "local") {
    if (auto wide = wider_than_a_machine(spec); !wide.empty()) { return wide; }
  }
  if (data_of(request, spec).empty()) {
    return {problem(request.file, "/data/path", "no recordings are named", "a folder of recordings",
                    "--data DIR")};
  }
  return {};
}

recordings::Manifest inspect_for(const sweeps::Spec& spec, const fs::path& data,
                                 const fs::path& store_folder) {
  const fs::path cache =
      fs::is_directory(store_folder) ? store_folder / "recordings.json" : fs::path();
  return sweeps::family_named(spec.family).inspect(spec, data, cache);
}

sweeps::Surroundings surroundings_of(const db::Store* store, const std::string& sweep,
                                     const SweepRequest& request,
                                     const std::optional<sweeps::Site>& site) {
  sweeps::Surroundings surroundings;
  surroundings.speeds.stated = request.flops_per_s;
  surroundings.speeds.stated_mfu = request.mfu;
  surroundings.site = site;
  surroundings.day = request.day;
  if (store == nullptr) { return surroundings; }
  surroundings.known_ids = store->known_ids();
  surroundings.read_earlier = [store, sweep] {
    std::vector<sweeps::EarlierPoint> earlier;
    for (db::KnownPoint& known : store->known_points(sweep)) {
      earlier.push_back(
          {std::move(known.run), std::move(known.values), known.seed, std::move(known.point)});
    }
    return earlier;
  };
  surroundings.speeds.measured = measured_speeds(*store);
  return surroundings;
}

}  // namespace

namespace {

/// What the site cannot give to this sweep.
std::vector<Diagnostic> problems_of_site(const SweepRequest& request, const sweeps::Spec& spec,
                                         const std::string& executor,
                                         const std::optional<sweeps::Site>& site) {
  std::vector<Diagnostic> problems;
  const bool has_peak =
      site && site->gpu &&
      (!site->gpu->peak_flops_per_s.empty() || sweeps::peak_flops_per_s(*site->gpu, "bfloat16"));
  if (request.mfu && !has_peak) {
    problems.push_back(problem("command line", "", "the speed is incomplete",
                               "--mfu M with --device NAME, --peak-tflops P, or a site whose GPU "
                               "has a known or stated peak",
                               ""));
    problems.back().found = "--mfu alone";
  }
  if (!site) { return problems; }
  if (executor == "slurm" && site->scheduler != "slurm") {
    problems.push_back(problem(request.file, "/executor", "site '" + site->name + "' has no Slurm",
                               "\"scheduler\": \"slurm\" in its profile", ""));
  }
  if (executor == "slurm") { append(problems, sweeps::check_site(spec, *site)); }
  return problems;
}

/// How many ranks a point may run on.
std::vector<int64_t> worlds_of(const sweeps::PlannedPoint& point) {
  const int64_t each =
      point.ranks ? std::max<int64_t>(1, *point.ranks / point.nodes) : point.devices;
  std::vector<int64_t> worlds;
  for (const int64_t nodes : point.node_counts) { worlds.push_back(nodes * each); }
  return worlds;
}

Diagnostic uneven(const sweeps::Spec& spec, const sweeps::PlannedPoint& point, int64_t world,
                  std::string message, std::string expected, std::string suggestion) {
  Diagnostic diagnostic = spec.document.at("/resources", std::move(message));
  diagnostic.expected = std::move(expected);
  diagnostic.found = fmt::format("{} ranks for point '{}'", world, point.sweep_point.name);
  diagnostic.suggestion = std::move(suggestion);
  return diagnostic;
}

/// A rank takes whole lanes, and a copy of the model whole groups of ranks.
std::optional<Diagnostic> uneven_ranks(const sweeps::Spec& spec, const sweeps::PlannedPoint& point,
                                       int64_t world) {
  const int64_t lanes = point.point().lanes, sharing = point.point().shard_ranks;
  if (lanes % world != 0) {
    return uneven(spec, point, world, "lanes cannot be dealt evenly to so many ranks",
                  fmt::format("a number of ranks that divides train.lanes, which is {}", lanes),
                  fmt::format("\"train\": {{\"lanes\": {}}}", std::lcm(lanes, world)));
  }
  if (point.point().form == sweeps::Form::hybrid && world > 1 && world % sharing != 0) {
    return uneven(spec, point, world, "so many ranks do not make whole copies of the model",
                  fmt::format("a multiple of parallel.shard_ranks, which is {}", sharing),
                  fmt::format("\"parallel\": {{\"shard_ranks\": {}}}", std::gcd(sharing, world)));
  }
  return std::nullopt;
}

bool is_our_worker(const SweepRequest& request) {
  return request.worker.empty() || fs::path(request.worker).filename() == "enigma-worker";
}

/// enigma-worker reads no `worker.NAME`: points would differ in their ids alone.
std::vector<Diagnostic> unread_settings(const SweepRequest& request, const sweeps::Spec& spec) {
  if (!is_our_worker(request)) { return {}; }
  for (const sweeps::Assignment& assignment : sweeps::assignments_of(spec)) {
    if (!sweeps::is_worker_path(assignment.path)) { continue; }
    Diagnostic unread = spec.document.at(
        assignment.pointer, "enigma-worker does not read '" + assignment.path + "'", true);
    unread.severity = Severity::warning;
    unread.expected = "settings of this program, or another worker";
    unread.suggestion = "submit with --worker PROGRAM";
    return {std::move(unread)};
  }
  return {};
}

/// Of our own worker; what others do is their affair.
std::vector<Diagnostic> uneven_ranks(const SweepRequest& request, const sweeps::Spec& spec,
                                     const sweeps::Plan& plan) {
  if (!is_our_worker(request)) { return {}; }
  for (const sweeps::PlannedPoint& point : plan.points) {
    for (const int64_t world : worlds_of(point)) {
      if (auto problem = uneven_ranks(spec, point, world)) { return {std::move(*problem)}; }
    }
  }
  return {};
}

}  // namespace

namespace {

/// Of a sweep whose spec is submitted again as it is, and without a speed that somebody states.
std::set<std::string> kept_points(const SweepRequest& request, const db::Store* store,
                                  const std::string& sweep) {
  if (store == nullptr || request.flops_per_s || request.mfu) { return {}; }
  return store->member_ids(sweep, request.text);
}

}  // namespace

Parsed<PlannedSweep> plan_sweep(const SweepRequest& request, const db::Store* store,
                                const fs::path& store_folder) {
  Parsed<PlannedSweep> result;
  auto spec = sweeps::parse_spec(request.text, request.file);
  append(result.diagnostics, spec.diagnostics);
  if (!spec.ok()) { return result; }
  const std::string executor = request.executor.empty() ? spec.value->executor : request.executor;
  append(result.diagnostics, problems_of(request, *spec.value, executor));
  auto site = site_of(request, *spec.value);
  append(result.diagnostics, std::move(site.diagnostics));
  if (site.value) {
    append(result.diagnostics, problems_of_site(request, *spec.value, executor, *site.value));
  }
  const std::vector<Diagnostic> unread = unread_settings(request, *spec.value);
  append(result.diagnostics, unread);
  if (has_errors(result.diagnostics)) { return result; }
  const fs::path data = data_of(request, *spec.value);
  std::optional<db::Store::Moment> moment;  // every question below is answered as of one
  if (store != nullptr) { moment.emplace(*store); }
  const auto manifest = inspect_for(*spec.value, data, store_folder);
  auto plan = sweeps::make_plan(*spec.value, manifest,
                                surroundings_of(store, spec.value->name, request, *site.value));
  append(result.diagnostics, plan.diagnostics);
  if (plan.ok()) { append(plan.value->warnings, unread); }
  if (plan.ok()) { append(result.diagnostics, uneven_ranks(request, *spec.value, *plan.value)); }
  if (plan.ok() && !has_errors(result.diagnostics)) {
    auto kept = kept_points(request, store, spec.value->name);
    result.value = {std::move(*spec.value), std::move(*plan.value), data, executor,
                    std::move(*site.value), std::move(kept)};
  }
  return result;
}

attempts::Placement placement_of(const PlannedSweep& planned, const SweepRequest& request,
                                 const std::string& environment,
                                 const sweeps::PlannedPoint& point) {
  attempts::Placement placement{planned.data.string(), request.worker, planned.spec.retry,
                                environment};
  placement.stop = planned.spec.stop;
  if (planned.executor == "local") {
    if (point.ranks.value_or(1) > 1) { placement.resources = {1, 1, point.ranks}; }
    return placement;
  }
  if (planned.site) {
    const sweeps::Site& site = *planned.site;
    placement.site = {site.options, site.lines, site.gpu.has_value(), site.container,
                      site.container_runtime};
  }
  placement.resources = {point.nodes,       point.devices, point.ranks, point.time_s,
                         point.node_counts, point.spares,  point.chain};
  return placement;
}

namespace {

/// What of a point its placement depends on.
auto resources_of(const sweeps::PlannedPoint& point) {
  return std::tie(point.nodes, point.devices, point.ranks, point.time_s, point.node_counts,
                  point.spares, point.chain);
}

}  // namespace

std::vector<db::NewPoint> rows_of(const PlannedSweep& planned, const SweepRequest& request,
                                  const std::string& environment) {
  std::vector<db::NewPoint> rows;
  const sweeps::PlannedPoint* before = nullptr;  // many points have the same placement
  for (const sweeps::PlannedPoint& point : planned.plan.points) {
    db::NewPoint row;
    row.id = point.sweep_point.id;
    row.id_version = sweeps::kIdVersion;
    if (point.action != sweeps::Action::reused) {
      row.point = point.sweep_point.canonical;
      row.point_file = sweeps::point_file_json(point).dump(1) + "\n";
    }
    row.executor = planned.executor;
    row.placement = before != nullptr && resources_of(*before) == resources_of(point)
                        ? rows.back().placement
                        : attempts::to_text(placement_of(planned, request, environment, point));
    before = &point;
    row.name = point.sweep_point.name;
    row.values = point.sweep_point.values.dump();
    const bool is_kept = point.action == sweeps::Action::reused && planned.kept.contains(row.id);
    if (!is_kept) { row.plan = sweeps::to_json(point).dump(); }
    row.target_step = point.steps;
    row.slots = planned.executor == "local" ? point.ranks.value_or(1) : point.nodes * point.devices;
    row.priority = planned.plan.priority;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::optional<db::Ceiling> ceiling_of(const PlannedSweep& planned) {
  const auto& ceiling = planned.plan.ceiling;
  if (!ceiling) { return std::nullopt; }
  return db::Ceiling{planned.plan.sweep, ceiling->device_hours, ceiling->stops_runs, ceiling->text};
}

nlohmann::json to_json(const SweepRequest& request) {
  nlohmann::json json = {{"text", request.text},
                         {"file", request.file},
                         {"data", request.data},
                         {"executor", request.executor},
                         {"worker", request.worker}};
  if (request.flops_per_s) { json["flops_per_s"] = *request.flops_per_s; }
  if (request.mfu) { json["mfu"] = *request.mfu; }
  if (!request.site.empty()) { json["site"] = request.site; }
  if (request.environment) { json["environment"] = *request.environment; }
  return json;
}

namespace {

/// A folder or program of somebody else's means nothing where the controller happens to stand.
void check_absolute(const char* key, const std::string& path, std::vector<Diagnostic>& wrong) {
  if (path.empty() || fs::path(path).is_absolute()) { return; }
  wrong.push_back(
      problem("", std::string("/") + key, "a relative path in a request", "an absolute path", ""));
  wrong.back().found = path;
}

void take_environment(const nlohmann::json& json, SweepRequest& request,
                      std::vector<Diagnostic>& wrong) {
  const auto found = json.is_object() ? json.find("environment") : json.end();
  if (!json.is_object() || found == json.end()) { return; }
  bool good = found->is_object();
  for (auto one = found->begin(); good && one != found->end(); ++one) {
    good = one->is_string() && !one.key().empty() &&
           one.key().find_first_of(std::string("=\0", 2)) == std::string::npos &&
           one->get_ref<const std::string&>().find('\0') == std::string::npos;
  }
  if (good) {
    request.environment = found->get<attempts::Environment>();
  } else {
    wrong.push_back(problem("", "/environment", "this is no environment",
                            "an object of texts, without '=' in names and without NUL", ""));
  }
}

}  // namespace

SweepRequest sweep_request_from_json(const nlohmann::json& json) {
  SweepRequest request;
  std::vector<Diagnostic> wrong;
  const auto take = [&](const char* key, std::string& text, bool needed) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    if (json.is_object() && found != json.end() && found->is_string()) {
      text = found->get<std::string>();
    } else if (needed) {
      wrong.push_back(
          problem("", std::string("/") + key, "the request lacks a text", "a string", ""));
    }
  };
  take("text", request.text, true);
  take("file", request.file, false);
  take("data", request.data, false);
  take("executor", request.executor, false);
  take("worker", request.worker, false);
  take("site", request.site, false);
  if (json.is_object() && json.contains("mfu")) {
    const auto& mfu = json["mfu"];
    if (mfu.is_number() && mfu > 0 && mfu <= 1) {
      request.mfu = mfu.get<double>();
    } else {
      wrong.push_back(problem("", "/mfu", "not a utilisation", "above 0 and at most 1", ""));
    }
  }
  if (json.is_object() && json.contains("flops_per_s")) {
    const auto& speed = json["flops_per_s"];
    if (speed.is_number() && speed > 0) {
      request.flops_per_s = speed.get<double>();
    } else {
      wrong.push_back(problem("", "/flops_per_s", "not a speed", "a number > 0", ""));
    }
  }
  take_environment(json, request, wrong);
  check_absolute("data", request.data, wrong);
  check_absolute("worker", request.worker, wrong);
  if (!wrong.empty()) { throw InputError(wrong); }
  return request;
}

}  // namespace enigma
