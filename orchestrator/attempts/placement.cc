#include "orchestrator/attempts/placement.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace enigma::local {

using nlohmann::json;

std::string to_text(const Placement& placement) {
  json retry = json::object();
  for (const auto& [name, rule] : placement.retry) {
    retry[name] = json::object();
    if (rule.max) { retry[name]["max"] = *rule.max; }
    if (rule.backoff_s) { retry[name]["backoff_s"] = *rule.backoff_s; }
  }
  return json{{"data", placement.data},
              {"worker", placement.worker},
              {"retry", retry},
              {"environment", placement.environment}}
      .dump();
}

Placement placement_of(const std::string& text) {
  const json parsed = json::parse(text);
  Placement placement{parsed.at("data"), parsed.at("worker"), {}, parsed.value("environment", "")};
  const json retry = parsed.value("retry", json::object());
  for (const auto& [name, rule] : retry.items()) {
    RetryOverride& known = placement.retry[name];
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

}  // namespace enigma::local
