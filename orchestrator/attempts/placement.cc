#include "orchestrator/attempts/placement.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace enigma::attempts {

using nlohmann::json;

namespace {

json json_of(const Resources& resources) {
  json text = {{"nodes", resources.nodes}, {"devices", resources.devices}};
  if (resources.ranks) { text["ranks"] = *resources.ranks; }
  if (resources.time_s) { text["time_s"] = *resources.time_s; }
  if (resources.node_counts.size() > 1) { text["node_counts"] = resources.node_counts; }
  if (resources.spares > 0) { text["spares"] = resources.spares; }
  if (resources.chain > 1) { text["chain"] = resources.chain; }
  return text;
}

Resources resources_of(const json& text) {
  Resources resources{text.at("nodes"), text.at("devices"), {}, {}};
  if (text.contains("ranks")) { resources.ranks = text["ranks"].get<int64_t>(); }
  if (text.contains("time_s")) { resources.time_s = text["time_s"].get<double>(); }
  if (text.contains("node_counts")) { text["node_counts"].get_to(resources.node_counts); }
  resources.spares = text.value("spares", int64_t{0});
  resources.chain = text.value("chain", int64_t{1});
  return resources;
}

json json_of(const Site& site) {
  return {{"options", site.options},
          {"lines", site.lines},
          {"has_gpus", site.has_gpus},
          {"container", site.container},
          {"container_runtime", site.container_runtime}};
}

Site site_of(const json& text) {
  return {text.at("options"), text.at("lines"), text.at("has_gpus"), text.value("container", ""),
          text.value("container_runtime", "apptainer")};
}

}  // namespace

std::string to_text(const Placement& placement) {
  json retry = json::object();
  for (const auto& [name, rule] : placement.retry) {
    retry[name] = json::object();
    if (rule.max) { retry[name]["max"] = *rule.max; }
    if (rule.backoff_s) { retry[name]["backoff_s"] = *rule.backoff_s; }
  }
  json text = {{"data", placement.data},
               {"worker", placement.worker},
               {"retry", retry},
               {"environment", placement.environment}};
  if (placement.resources) { text["resources"] = json_of(*placement.resources); }
  if (placement.site) { text["site"] = json_of(*placement.site); }
  for (const protocol::StopRule& rule : placement.stop) {
    text["stop"].push_back({{"if", rule.condition}, {"over_steps", rule.over_steps}});
  }
  return text.dump();
}

Placement placement_of(const std::string& text) {
  const json parsed = json::parse(text);
  Placement placement{parsed.at("data"), parsed.at("worker"), {}, parsed.value("environment", "")};
  if (parsed.contains("resources")) { placement.resources = resources_of(parsed["resources"]); }
  if (parsed.contains("site")) { placement.site = site_of(parsed["site"]); }
  for (const json& rule : parsed.value("stop", json::array())) {
    placement.stop.push_back({rule.at("if"), rule.at("over_steps")});
  }
  const json retry = parsed.value("retry", json::object());
  for (const auto& [name, rule] : retry.items()) {
    protocol::RetryLimit& known = placement.retry[name];
    if (rule.contains("max")) { known.max = rule["max"].get<int64_t>(); }
    if (rule.contains("backoff_s")) { known.backoff_s = rule["backoff_s"].get<double>(); }
  }
  return placement;
}

decide::Policy with_retry(decide::Policy policy, const Placement& placement) {
  for (const auto& [name, rule] : placement.retry) {
    const auto failure_class = protocol::failure_class_named(name);
    if (!failure_class) { continue; }
    decide::RetryRule& known = policy.retry[*failure_class];
    if (rule.max) { known.max = rule.max; }
    if (rule.backoff_s) { known.backoff_s = *rule.backoff_s; }
    known.backoff_max_s = std::max(known.backoff_max_s, known.backoff_s);
  }
  return policy;
}

}  // namespace enigma::attempts
