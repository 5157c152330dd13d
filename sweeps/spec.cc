#include "sweeps/spec.h"

#include "diagnostics/nearest.h"
#include "sweeps/axes.h"
#include "sweeps/executor_names.h"
#include "sweeps/family.h"
#include "sweeps/point_rules.h"
#include "sweeps/setting.h"
#include "sweeps/stop_rules.h"
#include "worker/protocol/exit_code.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace enigma::sweeps {
namespace {

constexpr int64_t kNodesMax = 100'000, kDevicesMax = 64, kChainMax = 100;
constexpr int64_t kIntegerMax = int64_t{1} << 53;

/// Letters, digits, '.', '_', '-'; it becomes a part of file names and of URLs.
bool is_name(const std::string& name) {
  const auto good = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 100 && name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), good);
}

class SpecReader {
 public:
  SpecReader(const Document& document, std::vector<Diagnostic>& diagnostics)
      : document_(document), diagnostics_(diagnostics) {}

  Spec read() {
    Fields fields(document_, document_.root, "", diagnostics_);
    if (!document_.root.is_object()) { return std::move(spec_); }
    read_head(fields);
    read_family();
    if (const Json* json = fields.get("data")) { read_data(*json); }
    if (const Json* json = fields.need("session_sets", "{NAME: {list | first, order | where}}")) {
      read_session_sets(*json);
    }
    if (const Json* json = fields.need("evaluation", "{sessions, strategies}")) {
      read_evaluation(*json);
    }
    if (const Json* json = fields.get("defaults")) {
      spec_.defaults = read_defaults(document_, *json, spec_.family, diagnostics_);
    }
    if (const Json* json = fields.get("axes")) {
      spec_.axes = read_axes(document_, *json, spec_.family, diagnostics_);
    }
    read_points(fields);
    read_seeds(fields);
    read_placement(fields);
    check_resource_conditions(document_, spec_, diagnostics_);
    for (const char* key : {"deadline", "needs"}) { fields.refuse(key); }
    fields.finish();
    check_assigned();
    check_subsets();
    check_set_once();
    return std::move(spec_);
  }

 private:
  void report(const std::string& pointer, std::string message, std::string expected,
              std::string found = {}, std::string suggestion = {}) {
    Diagnostic diagnostic = document_.at(pointer, std::move(message));
    diagnostic.expected = std::move(expected);
    diagnostic.found = std::move(found);
    diagnostic.suggestion = std::move(suggestion);
    diagnostics_.push_back(std::move(diagnostic));
  }

  void read_head(Fields& fields) {
    fields.need("version", "1");
    fields.integer("version", 1, 1);
    fields.need("name", "a name");
    set(spec_.name, fields.text("name"));
    if (!spec_.name.empty() && !is_name(spec_.name)) {
      report("/name", "not a name of a sweep",
             "letters, digits, '.', '_' and '-', not beginning with '.' or '-'",
             describe(Json(spec_.name)));
    }
    set(spec_.executor, fields.word("executor", executor_names()));
    set(spec_.site, fields.text("site"));
  }

  /// Known before the rest is read: what a value may be depends on it.
  void read_family() {
    spec_.family = family_of_spec(document_.root);
    const auto axis = Json::json_pointer("/axes") / "model.family";
    if (document_.root.contains(axis / 1)) {
      report((axis / 1).to_string(), "a sweep is of one family of models", "one family",
             describe(document_.root.at(axis)), "a sweep a family");
    }
  }

  void read_data(const Json& json) {
    Fields fields(document_, json, "/data", diagnostics_);
    set(spec_.data.path, fields.text("path"));
    spec_.data.rate_hz = fields.number("rate_hz", {0, 1e6, true, "a positive number"});
    spec_.data.window_samples = fields.integer("window_samples", 10, 1'000'000);
    spec_.data.align = fields.word("align", {"trial", "free"});
    set(spec_.data.modalities, fields.texts("modalities"));
    fields.finish();
  }

  void read_session_sets(const Json& json) {
    Fields fields(document_, json, "/session_sets", diagnostics_);
    if (!json.is_object()) { return; }
    if (json.empty()) { report("/session_sets", "no session set", "at least one set", "none"); }
    for (const auto& [name, value] : json.items()) {
      if (!is_name(name)) {
        report(fields.pointer(name), "not a name of a session set",
               "letters, digits, '.', '_' and '-'", describe(Json(name)));
      }
      read_session_set(name, value, fields.pointer(name));
    }
  }

  void read_session_set(const std::string& name, const Json& json, const std::string& pointer) {
    SessionSet set_of{.name = name};
    Fields fields(document_, json, pointer, diagnostics_);
    if (!json.is_object()) { return; }
    const int64_t ways = json.contains("list") + json.contains("first") + json.contains("where");
    if (ways != 1) {
      report(pointer, "a session set says in one way which sessions it holds",
             "one of 'list', 'first' or 'where'", std::to_string(ways) + " of them");
    }
    set(set_of.list, fields.texts("list"));
    set_of.first = fields.integer("first", 1, 1'000'000);
    set(set_of.order, fields.word("order", {"name", "neurons", "seconds"}));
    if (json.contains("order") && !json.contains("first")) {
      report(fields.pointer("order"), "'order' belongs to 'first'", "'first' beside it");
    }
    set(set_of.where, fields.text("where"));
    fields.finish();
    spec_.session_sets.push_back(std::move(set_of));
  }

  void read_evaluation(const Json& json) {
    Fields fields(document_, json, "/evaluation", diagnostics_);
    fields.need("sessions", "the name of a session set");
    set(spec_.evaluation_sessions, fields.text("sessions"));
    fields.need("strategies", "a list of evaluation strategies");
    set(spec_.evaluation_strategies, fields.texts("strategies"));
    for (size_t i = 0; i < spec_.evaluation_strategies.size(); ++i) {
      const std::string place = child_pointer("/evaluation/strategies", std::to_string(i));
      read_word(document_, Json(spec_.evaluation_strategies[i]), place,
                family_named(spec_.family).strategy_names(), diagnostics_);
    }
    fields.finish();
  }

  /// What makes points beside defaults and axes.
  void read_points(Fields& fields) {
    if (const Json* json = fields.get("zip")) {
      spec_.zip = read_zip(document_, *json, spec_.family, diagnostics_);
    }
    if (const Json* json = fields.get("include")) {
      spec_.include = read_include(document_, *json, spec_.family, diagnostics_);
    }
    if (const Json* json = fields.get("derive")) {
      read_derive(document_, *json, spec_, diagnostics_);
    }
    const Json* where = fields.get("where");
    read_filters(document_, where, fields.get("exclude"), spec_, diagnostics_);
  }

  void read_seeds(Fields& fields) {
    const Json* json = fields.get("seeds");
    if (json == nullptr) { return; }
    spec_.seeds.clear();
    if (!json->is_array() || json->empty() || json->size() > kPointsMax) {
      report("/seeds", "not a list of seeds", "a list of integers", describe(*json));
      return;
    }
    std::set<int64_t> seen;
    for (size_t i = 0; i < json->size(); ++i) {
      const std::string place = child_pointer("/seeds", std::to_string(i));
      const auto seed = read_integer(document_, (*json)[i], place, 0, kIntegerMax, diagnostics_);
      if (!seed) { continue; }
      if (!seen.insert(*seed).second) {
        report(place, "duplicate seed", "each seed once", std::to_string(*seed));
      }
      spec_.seeds.push_back(*seed);
    }
  }

  void read_placement(Fields& fields) {
    if (const Json* json = fields.get("resources")) { read_resources(*json); }
    if (const Json* json = fields.get("ceilings")) { read_ceilings(*json); }
    if (const Json* json = fields.get("retry")) { read_retry(*json); }
    if (const Json* json = fields.get("stop")) {
      spec_.stop = read_stop_rules(document_, *json, diagnostics_);
    }
    set(spec_.priority, fields.integer("priority", -1'000'000, 1'000'000));
  }

  void read_resources(const Json& json) {
    if (!json.is_array()) {
      report("/resources", "wrong type", "a list of rules", describe(json));
      return;
    }
    for (size_t i = 0; i < json.size(); ++i) {
      ResourceRule rule;
      const std::string pointer = child_pointer("/resources", std::to_string(i));
      Fields fields(document_, json[i], pointer, diagnostics_);
      set(rule.condition, fields.text("if"));
      read_nodes(fields, rule);
      set(rule.devices, fields.integer("devices", 1, kDevicesMax));
      rule.ranks = fields.integer("ranks", 1, kNodesMax * kDevicesMax);
      rule.time_s = fields.number("time_s", kPositive);
      set(rule.spares, fields.integer("spares", 0, kNodesMax));
      set(rule.chain, fields.integer("chain", 1, kChainMax));
      check_ranks(rule, pointer);
      fields.finish();
      spec_.resources.push_back(std::move(rule));
    }
  }

  /// A count, or a list of counts that the run may come back on.
  void read_nodes(Fields& fields, ResourceRule& rule) {
    const Json* json = fields.get("nodes");
    if (json == nullptr) { return; }
    const std::string pointer = fields.pointer("nodes");
    const Json list = json->is_array() ? *json : Json::array({*json});
    if (list.empty()) { report(pointer, "an empty list", "a count of nodes, or several", "[]"); }
    std::set<int64_t> counts;
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string at = json->is_array() ? child_pointer(pointer, std::to_string(i)) : pointer;
      const auto count = read_integer(document_, list[i], at, 1, kNodesMax, diagnostics_);
      if (count && !counts.insert(*count).second) {
        report(at, "duplicate count", "each count once", std::to_string(*count));
      }
    }
    if (!counts.empty()) { rule.nodes.assign(counts.begin(), counts.end()); }
  }

  void check_ranks(const ResourceRule& rule, const std::string& pointer) {
    const int64_t most = rule.nodes.back();
    if (!rule.ranks || *rule.ranks % most == 0) { return; }
    report(child_pointer(pointer, "ranks"), "ranks do not divide among the nodes",
           fmt::format("a multiple of {}", most), std::to_string(*rule.ranks));
  }

  void read_ceilings(const Json& json) {
    Fields fields(document_, json, "/ceilings", diagnostics_);
    CeilingBlock& block = spec_.ceilings;
    block.device_hours = fields.number("device_hours", kPositive);
    block.usd = fields.number("usd", kPositive);
    block.usd_per_device_hour = fields.number("usd_per_device_hour", kNotNegative);
    const auto on_reach = fields.word("on_reach", {"hold", "checkpoint_and_stop"});
    block.stops_runs = on_reach == "checkpoint_and_stop";
    fields.finish();
    if (on_reach && !block.device_hours && !block.usd) {
      report("/ceilings/on_reach", "there is no ceiling to reach", "device_hours or usd beside it",
             *on_reach);
    }
  }

  void read_retry(const Json& json) {
    Fields fields(document_, json, "/retry", diagnostics_);
    for (const std::string& name : protocol::failure_class_names()) {
      const Json* limits = fields.get(name);
      if (limits == nullptr) { continue; }
      Fields members(document_, *limits, fields.pointer(name), diagnostics_);
      spec_.retry[name] = {members.integer("max", 0, 1'000'000),
                           members.number("backoff_s", kNotNegative)};
      members.finish();
    }
    fields.finish();
  }

  /// What has no default must be set; a value that was there but wrong has been told already, so
  /// that it counts here as it was written.
  void check_assigned() {
    for (const char* name : {"model.size", "data.sessions", "budget.flops"}) {
      const std::string path = name;
      if (is_default(path) || is_written("derive", path)) { continue; }
      if (has_product(spec_) && !is_written("axes", path) && !is_zipped(path)) {
        report("", "'" + path + "' is missing", "a value in 'defaults' or 'axes'");
      }
      for (const IncludedPoint& point : spec_.include) {
        if (document_.root.at(Json::json_pointer(point.pointer)).contains(path)) { continue; }
        report(point.pointer, "'" + path + "' is missing", "a value here or in 'defaults'");
      }
    }
  }

  bool is_default(const std::string& path) const {
    const auto dot = path.find('.');
    return document_.root.contains(
        Json::json_pointer("/defaults/" + path.substr(0, dot) + "/" + path.substr(dot + 1)));
  }

  bool is_written(const char* key, const std::string& path) const {
    const auto member = document_.root.find(key);
    return member != document_.root.end() && member->is_object() && member->contains(path);
  }

  bool is_zipped(const std::string& path) const {
    const auto groups = document_.root.find("zip");
    return groups != document_.root.end() && groups->is_array() &&
           std::any_of(groups->begin(), groups->end(), [&](const Json& group) {
             return group.is_object() && group.contains(path);
           });
  }

  void check_subsets() {
    std::vector<std::string> names;
    for (const SessionSet& set_of : spec_.session_sets) { names.push_back(set_of.name); }
    const auto check = [&](const std::string& name, const std::string& pointer) {
      if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) { return; }
      report(pointer, "no session set of this name", "a name of 'session_sets'",
             describe(Json(name)), suggest_name(name, names));
    };
    check(spec_.evaluation_sessions, "/evaluation/sessions");
    for (const Assignment& assignment : assignments_of(spec_)) {
      if (assignment.path == "data.sessions") { check(assignment.value, assignment.pointer); }
    }
  }

  /// A PATH varies in one place, and is set or derived. A sweep is of one family.
  void check_set_once() {
    std::map<std::string, std::string> places;  // PATH → where it was met first
    const auto vary = [&](const Axis& axis, const std::string& pointer) {
      const auto [first, fresh] = places.try_emplace(axis.path, pointer);
      if (fresh) { return; }
      report(pointer, "'" + axis.path + "' varies in two places",
             "once, in 'axes' or in one group of 'zip'", "another at " + first->second);
    };
    for (const Axis& axis : spec_.axes) { vary(axis, child_pointer("/axes", axis.path)); }
    for (const ZipGroup& group : spec_.zip) {
      for (const Axis& axis : group.axes) { vary(axis, child_pointer(group.pointer, axis.path)); }
    }
    for (const Assignment& assignment : assignments_of(spec_)) {
      places.try_emplace(assignment.path, assignment.pointer);
    }
    check_derived(places);
    check_one_family();
  }

  void check_derived(const std::map<std::string, std::string>& places) {
    for (const Derivation& derivation : spec_.derive) {
      const auto set = places.find(derivation.path);
      if (set == places.end()) { continue; }
      report(derivation.pointer, "'" + derivation.path + "' is derived, and set as well",
             "one of both", "a value at " + set->second);
    }
  }

  void check_one_family() {
    const auto check = [&](const std::string& path, const std::string& pointer) {
      if (path != "model.family") { return; }
      report(pointer, "a sweep is of one family of models", "'model.family' in 'defaults'", "",
             "a sweep a family");
    };
    for (const ZipGroup& group : spec_.zip) {
      for (const Axis& axis : group.axes) {
        check(axis.path, child_pointer(group.pointer, axis.path));
      }
    }
    for (const IncludedPoint& point : spec_.include) {
      for (const Assignment& value : point.values) { check(value.path, value.pointer); }
    }
  }

  const Document& document_;
  std::vector<Diagnostic>& diagnostics_;
  Spec spec_;
};

}  // namespace

std::vector<Assignment> assignments_of(const Spec& spec) {
  std::vector<Assignment> all = spec.defaults;
  const auto add = [&](const std::vector<Assignment>& some) {
    all.insert(all.end(), some.begin(), some.end());
  };
  for (const Axis& axis : spec.axes) { add(axis.values); }
  for (const ZipGroup& group : spec.zip) {
    for (const Axis& axis : group.axes) { add(axis.values); }
  }
  for (const IncludedPoint& point : spec.include) { add(point.values); }
  return all;
}

std::vector<std::string> varied_paths(const Spec& spec) {
  std::set<std::string> paths;
  for (const Axis& axis : spec.axes) { paths.insert(axis.path); }
  for (const ZipGroup& group : spec.zip) {
    for (const Axis& axis : group.axes) { paths.insert(axis.path); }
  }
  for (const IncludedPoint& point : spec.include) {
    for (const Assignment& value : point.values) { paths.insert(value.path); }
  }
  for (const Derivation& derivation : spec.derive) { paths.insert(derivation.path); }
  return {paths.begin(), paths.end()};
}

Parsed<Spec> parse_spec(std::string_view text, const std::string& file) {
  Parsed<Document> parsed = parse_document(text, file);
  Parsed<Spec> result{std::nullopt, std::move(parsed.diagnostics)};
  if (!parsed.ok()) { return result; }
  Spec spec = SpecReader(*parsed.value, result.diagnostics).read();
  std::stable_sort(result.diagnostics.begin(), result.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return std::tie(a.line, a.column) < std::tie(b.line, b.column);
                   });
  if (has_errors(result.diagnostics)) { return result; }
  spec.document = std::move(*parsed.value);
  result.value = std::move(spec);
  return result;
}

}  // namespace enigma::sweeps
