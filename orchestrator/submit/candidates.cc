#include "orchestrator/submit/candidates.h"

#include "input/document.h"
#include "orchestrator/submit/nearest_size.h"
#include "orchestrator/submit/site_file.h"
#include "sweeps/family.h"
#include "sweeps/law/design/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace enigma {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Sizes nearer to each other than this are one.
constexpr double kSameSize = 1.1;
/// A size this far from the one wanted is not the step that it stands for.
constexpr double kNearEnough = 1.3;

/// The sweep's spec with the run's settings on all axes but those of size and budget.
Json spec_like(const Json& root, const CandidateRequest& request) {
  Json spec = root;
  if (!spec.contains("axes") || !spec["axes"].is_object()) { spec["axes"] = Json::object(); }
  for (auto& [path, values] : spec["axes"].items()) {
    if (request.like.settings.contains(path)) {
      values = Json::array({request.like.settings.at(path)});
    } else if (values.is_array() && !values.empty()) {
      values = Json::array({values.back()});
    }
  }
  if (!request.sessions.empty()) {
    spec["axes"]["data.sessions"] = Json::array({request.sessions});
  }
  spec["seeds"] = Json::array({root.contains("seeds") ? root["seeds"].front() : Json(0)});
  return spec;
}

class Planner {
 public:
  Planner(const CandidateRequest& request, const db::Store& store, const fs::path& folder,
          const Json& root)
      : request_(request), store_(store), folder_(folder), spec_(spec_like(root, request)) {}

  Json with(const Json& sizes, const Json& budgets) const {
    Json spec = spec_;
    spec["axes"]["model.size"] = sizes;
    spec["axes"]["budget.flops"] = budgets;
    return spec;
  }
  Parsed<PlannedSweep> plan(const Json& size, const Json& budgets) const {
    SweepRequest one = request_.like.sweep;
    one.text = with(Json::array({size}), budgets).dump(1);
    return plan_sweep(one, &store_, folder_);
  }
  /// Shared parameters of a size, with the middle budget: the smallest may be too small for it.
  Parsed<double> parameters(const Json& size) const {
    const double budget = request_.budgets[request_.budgets.size() / 2];
    const auto planned = plan(size, Json::array({budget}));
    if (!planned.ok() || planned.value->plan.points.empty()) {
      return {.diagnostics = planned.diagnostics};
    }
    return {.value = static_cast<double>(planned.value->plan.points.front().params.shared)};
  }
  const Json& spec() const { return spec_; }

 private:
  const CandidateRequest& request_;
  const db::Store& store_;
  const fs::path& folder_;
  Json spec_;
};

/// Nobody chose this budget: three digits are enough.
double rounded(double flops) {
  return std::stod(fmt::format("{:.2e}", flops));
}

std::vector<double> all_budgets(std::vector<double> budgets) {
  for (const double place : law::between_and_beyond(budgets)) { budgets.push_back(rounded(place)); }
  std::ranges::sort(budgets);
  budgets.erase(std::unique(budgets.begin(), budgets.end()), budgets.end());
  return budgets;
}

/// Sizes with their parameters, rising: the sweep's own, then what can be built between and beyond.
std::vector<BuiltSize> all_sizes(const CandidateRequest& request, const Planner& planner,
                                 std::vector<Diagnostic>& why) {
  const SizeMeasure measure = [&](const Json& size) { return planner.parameters(size); };
  std::vector<BuiltSize> sizes;
  std::vector<double> known;
  for (const Json& size : request.sizes) {
    const auto parameters = measure(size);
    if (!parameters.ok()) {
      why = parameters.diagnostics;
      continue;
    }
    sizes.push_back({size, *parameters.value, 0});
    known.push_back(*parameters.value);
  }
  const auto& published = sweeps::family_named(sweeps::family_of_spec(planner.spec())).size_names();
  for (const double wanted : law::between_and_beyond(known)) {
    BuiltSize one = nearest_size(request.sizes, published, wanted, measure, why);
    const bool is_new = std::ranges::none_of(sizes, [&](const BuiltSize& other) {
      return std::abs(std::log(one.parameters / other.parameters)) < std::log(kSameSize);
    });
    if (one.off <= std::log(kNearEnough) && is_new) { sizes.push_back(std::move(one)); }
  }
  std::ranges::stable_sort(sizes, {}, &BuiltSize::parameters);
  return sizes;
}

CandidateRun run_of(const sweeps::PlannedPoint& point) {
  return {.buildable = true,
          .known = point.action == sweeps::Action::reused,
          .values = point.sweep_point.values,
          .n = static_cast<double>(point.params.shared),
          .d = static_cast<double>(point.windows),
          .c = point.flops,
          .u = static_cast<double>(point.windows_unique)};
}

/// One size with every budget: planned together, and one by one where not all can be.
std::vector<CandidateRun> runs_of(const Planner& planner, const Json& size,
                                  const std::vector<double>& budgets,
                                  std::vector<Diagnostic>& why) {
  std::vector<CandidateRun> runs(budgets.size());
  const auto together = planner.plan(size, Json(budgets));
  if (together.ok() && together.value->plan.points.size() == budgets.size()) {
    for (size_t k = 0; k < budgets.size(); ++k) {
      runs[k] = run_of(together.value->plan.points[k]);
    }
    return runs;
  }
  for (size_t k = 0; k < budgets.size(); ++k) {
    const auto alone = planner.plan(size, Json::array({budgets[k]}));
    if (alone.ok() && alone.value->plan.points.size() == 1) {
      runs[k] = run_of(alone.value->plan.points.front());
    } else {
      why = alone.diagnostics;
    }
  }
  return runs;
}

/// What lies beside the spec, where it is found from anywhere; the price of a device hour.
void settle(const CandidateRequest& request, const PlannedSweep& planned, Candidates& candidates) {
  candidates.spec["data"]["path"] = planned.data.string();
  if (const std::string& site = planned.spec.site; !site.empty()) {
    const fs::path beside = fs::absolute(request.like.sweep.file).parent_path();
    candidates.spec["site"] = absolute_site(site, beside);
  }
  candidates.usd_per_device_hour = planned.spec.ceilings.usd_per_device_hour;
  if (!candidates.usd_per_device_hour && planned.site) {
    candidates.usd_per_device_hour = planned.site->usd_per_device_hour(request.like.sweep.day);
  }
}

/// One value more, where it is new.
template <typename T>
void add_new(std::vector<T>& values, const T& value) {
  if (std::ranges::find(values, value) == values.end()) { values.push_back(value); }
}

}  // namespace

CandidateRequest candidate_request(const db::Store& store, const std::string& sweep,
                                   const std::string& run, const std::string& sessions) {
  CandidateRequest request{.like = like_run(store, sweep, run), .sessions = sessions};
  for (const db::Membership& member : store.memberships(sweep)) {
    const Json plan = Json::parse(member.plan, nullptr, false);
    if (!plan.is_object() || !plan.contains("size") || !plan.contains("budget_flops")) { continue; }
    const auto subset = plan.value(Json::json_pointer("/data/subset"), std::string());
    if (!sessions.empty() && subset != sessions) { continue; }
    add_new(request.sizes, plan["size"]);
    add_new(request.budgets, plan["budget_flops"].get<double>());
  }
  std::ranges::sort(request.budgets);
  return request;
}

Parsed<Candidates> candidates_of(const CandidateRequest& request, const db::Store& store,
                                 const fs::path& store_folder) {
  const auto document = parse_document(request.like.sweep.text, request.like.sweep.file);
  if (!document.ok()) { return {.diagnostics = document.diagnostics}; }
  if (request.budgets.empty()) {
    return {.diagnostics = {{.message = "the sweep has no runs on these sessions",
                             .expected = "a session set that it trains on",
                             .found = request.sessions}}};
  }
  const Planner planner(request, store, store_folder, document.value->root);
  std::vector<Diagnostic> why;
  const std::vector<BuiltSize> sizes = all_sizes(request, planner, why);
  if (sizes.empty()) { return {.diagnostics = why}; }
  Candidates candidates{.budgets = all_budgets(request.budgets)};
  for (const BuiltSize& size : sizes) {
    candidates.sizes.push_back(size.size);
    const auto runs = runs_of(planner, size.size, candidates.budgets, why);
    candidates.runs.insert(candidates.runs.end(), runs.begin(), runs.end());
  }
  const Json middle = Json::array({request.budgets[request.budgets.size() / 2]});
  const auto planned = planner.plan(candidates.sizes.front(), middle);
  if (!planned.ok()) { return {.diagnostics = planned.diagnostics}; }
  candidates.spec = planner.with(candidates.sizes, candidates.budgets);
  settle(request, *planned.value, candidates);
  return {.value = std::move(candidates)};
}

Json spec_of(const Candidates& candidates, const std::vector<size_t>& chosen) {
  std::set<size_t> rows, columns;
  for (const size_t k : chosen) {
    rows.insert(k / candidates.budgets.size());
    columns.insert(k % candidates.budgets.size());
  }
  Json sizes = Json::array(), budgets = Json::array();
  for (const size_t row : rows) { sizes.push_back(candidates.sizes[row]); }
  for (const size_t column : columns) { budgets.push_back(candidates.budgets[column]); }
  Json spec = candidates.spec;
  spec["axes"]["model.size"] = sizes;
  spec["axes"]["budget.flops"] = budgets;
  return spec;
}

}  // namespace enigma
