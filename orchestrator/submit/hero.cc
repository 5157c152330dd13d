#include "orchestrator/submit/hero.h"

#include "input/document.h"
#include "orchestrator/submit/site_file.h"
#include "sweeps/family.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The nearest size must be this near to the one asked for.
constexpr double kNearEnough = 1.5;
/// Depths tried about the sweep's own proportion of width to layers.
constexpr double kProportion = 2;
constexpr int kRounds = 4;
constexpr int64_t kLayersMax = 96;

/// An axis with its one value.
void set_axis(Json& spec, const std::string& path, const Json& value) {
  spec["axes"][path] = Json::array({value});
}

Json sizes_of(const Json& spec) {
  if (spec.contains("axes") && spec["axes"].contains("model.size")) {
    return spec["axes"]["model.size"];
  }
  const Json::json_pointer place("/defaults/model/size");
  return Json::array({spec.contains(place) ? spec.at(place) : Json("1M")});
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

struct Candidate {
  Json size;
  double parameters = 0;
  double off = INFINITY;  ///< |log| of the ratio to the size asked for
};

/// The candidate with its parameters; infinitely far off where it cannot be planned.
Candidate tried(Planner& planner, const Json& size, std::vector<Diagnostic>& why) {
  const auto planned = planner.plan(size);
  if (!planned.ok() || planned.value->plan.points.size() != 1) {
    why = planned.diagnostics;
    return {.size = size};
  }
  const double parameters = static_cast<double>(planned.value->plan.points.front().params.shared);
  return {size, parameters, std::abs(std::log(parameters / planner.request.n))};
}

/// Width for `layers` by parameters ~ layers·width², corrected from what each trial turns out to
/// be.
Candidate of_depth(Planner& planner, const Candidate& known, int64_t layers, int64_t head_width,
                   std::vector<Diagnostic>& why) {
  Candidate best, last = known;
  for (int round = 0; round < kRounds; ++round) {
    const double scale = planner.request.n / last.parameters * last.size["layers"].get<double>() /
                         static_cast<double>(layers);
    const double wanted = last.size["width"].get<double>() * std::sqrt(scale);
    const int64_t heads =
        std::max<int64_t>(1, std::llround(wanted / static_cast<double>(head_width)));
    const int64_t step = 2 * heads;
    const int64_t width =
        std::max<int64_t>(step, std::llround(wanted / static_cast<double>(step)) * step);
    const Json size = {{"width", width}, {"layers", layers}, {"heads", heads}};
    if (size == last.size) { break; }
    last = tried(planner, size, why);
    if (!std::isfinite(last.off)) { break; }
    if (last.off < best.off) { best = last; }
  }
  return best;
}

Candidate nearest_built(Planner& planner, const Json& sizes, std::vector<Diagnostic>& why) {
  Candidate known, best;
  for (const Json& size : sizes) {
    if (!size.is_object()) { continue; }
    const Candidate one = tried(planner, size, why);
    if (one.off < known.off) { known = one; }
  }
  if (!std::isfinite(known.off)) { return best; }
  best = known;
  const double layers = known.size["layers"];
  const int64_t head_width =
      std::max<int64_t>(2, known.size["width"].get<int64_t>() / known.size["heads"].get<int64_t>());
  // At one proportion of width to layers, parameters grow as the cube of either.
  const double grown = std::cbrt(planner.request.n / known.parameters);
  for (const double proportion : {1.0 / kProportion, 1.0, kProportion}) {
    const auto depth = static_cast<int64_t>(
        std::clamp<double>(std::round(layers * grown * proportion), 1, kLayersMax));
    const Candidate one = of_depth(planner, known, depth, head_width, why);
    // A proportion like the sweep's is worth a small difference in size.
    if (one.off + (proportion == 1 ? 0 : 0.05) < best.off) { best = one; }
  }
  return best;
}

Candidate nearest_size(Planner& planner, std::vector<Diagnostic>& why) {
  const Json sizes = sizes_of(planner.spec);
  const bool published =
      std::all_of(sizes.begin(), sizes.end(), [](const Json& s) { return s.is_string(); });
  if (!published) { return nearest_built(planner, sizes, why); }
  Candidate best;
  const auto& family = sweeps::family_named(sweeps::family_of_spec(planner.spec));
  for (const std::string& name : family.size_names()) {
    const Candidate one = tried(planner, name, why);
    if (one.off < best.off) { best = one; }
  }
  return best;
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
  const Candidate best = nearest_size(planner, why);
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
