#include "orchestrator/submit/hero.h"

#include "input/document.h"
#include "orchestrator/submit/nearest_size.h"
#include "orchestrator/submit/site_file.h"
#include "sweeps/family.h"

#include <fmt/format.h>

#include <cmath>

namespace enigma {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The nearest size must be this near to the one asked for.
constexpr double kNearEnough = 1.5;

/// An axis with its one value.
void set_axis(Json& spec, const std::string& path, const Json& value) {
  spec["axes"][path] = Json::array({value});
}

/// The sweep's spec cut down to one point; its size is still to be set.
Json one_point(const Json& like, const HeroRequest& request) {
  Json spec = like;
  spec["name"] = like.value("name", std::string("sweep")) + "-hero";
  Json& axes = spec["axes"];
  if (!axes.is_object()) { axes = Json::object(); }
  for (auto& [path, values] : axes.items()) {
    if (request.settings.contains(path)) {
      values = Json::array({request.settings.at(path)});
    } else if (values.is_array() && !values.empty()) {
      values = Json::array({values.back()});
    }
  }
  if (!request.sessions.empty()) { set_axis(spec, "data.sessions", request.sessions); }
  set_axis(spec, "budget.flops", request.flops);
  spec["seeds"] = Json::array({like.contains("seeds") ? like["seeds"].front() : Json(0)});
  return spec;
}

/// What plans of candidates need.
struct Planner {
  const HeroRequest& request;
  const db::Store* store;
  const std::filesystem::path& folder;
  Json spec;

  Parsed<PlannedSweep> plan(const Json& size) {
    set_axis(spec, "model.size", size);
    SweepRequest one = request.like;
    one.text = spec.dump(1);
    return plan_sweep(one, store, folder);
  }
};

/// The size nearest to the one asked for.
BuiltSize nearest(Planner& planner, std::vector<Diagnostic>& why) {
  const auto measure = [&](const Json& size) -> Parsed<double> {
    const auto planned = planner.plan(size);
    if (!planned.ok() || planned.value->plan.points.size() != 1) {
      return {.diagnostics = planned.diagnostics};
    }
    const auto& params = planned.value->plan.points.front().params;
    return {.value = static_cast<double>(params.shared)};
  };
  const auto& family = sweeps::family_named(sweeps::family_of_spec(planner.spec));
  return nearest_size(sizes_of(planner.spec), family.size_names(), planner.request.n, measure, why);
}

}  // namespace

Parsed<Hero> hero_of(const HeroRequest& request, const db::Store* store,
                     const std::filesystem::path& store_folder) {
  auto document = parse_document(request.like.text, request.like.file);
  if (!document.ok()) { return {.diagnostics = document.diagnostics}; }
  const Json like = document.value->root;
  std::vector<Diagnostic> why;
  Planner planner{request, store, store_folder, one_point(like, request)};
  planner.spec["axes"]["model.size"] = sizes_of(like);
  const BuiltSize best = nearest(planner, why);
  if (!std::isfinite(best.off)) { return {.diagnostics = why}; }
  if (best.off > std::log(kNearEnough)) {
    return {
        .diagnostics = {{.message = "no size that can be built is near the one asked for",
                         .expected = fmt::format("about {:.3g} shared parameters", request.n),
                         .found = fmt::format("{} with {:.3g}", best.size.dump(), best.parameters),
                         .suggestion = "a spec whose model.size is {width, layers, heads}, and "
                                       "a law whose N is in parameters"}}};
  }
  auto planned = planner.plan(best.size);
  if (!planned.ok()) { return {.diagnostics = planned.diagnostics}; }
  planner.spec["data"]["path"] = planned.value->data.string();
  if (const std::string& site = planned.value->spec.site; !site.empty()) {
    planner.spec["site"] = absolute_site(site, fs::absolute(request.like.file).parent_path());
  }
  return {.value = Hero{planner.spec, std::move(planned.value->plan)}};
}

}  // namespace enigma
