#include "sweeps/stop_rules.h"

#include "input/condition.h"

#include <fmt/format.h>

namespace enigma::sweeps {
namespace {

constexpr int64_t kStepsMax = 1'000'000'000;

Diagnostic problem(const Document& document, const std::string& pointer, std::string message,
                   std::string expected, std::string found, std::string suggestion = {}) {
  Diagnostic diagnostic = document.at(pointer, std::move(message));
  diagnostic.expected = std::move(expected);
  diagnostic.found = std::move(found);
  diagnostic.suggestion = std::move(suggestion);
  return diagnostic;
}

void check_condition(const Document& document, const std::string& pointer,
                     const std::string& condition, std::vector<Diagnostic>& diagnostics) {
  NamedValues names;
  for (const char* name : protocol::kStopNames) { names[name] = NamedValue(); }
  const ConditionResult result = evaluate(condition, names);
  if (!result.fault) { return; }
  diagnostics.push_back(problem(
      document, pointer,
      fmt::format("the expression cannot be read at character {}", result.fault->offset + 1),
      result.fault->expected, result.fault->found, result.fault->suggestion));
}

}  // namespace

std::vector<protocol::StopRule> read_stop_rules(const Document& document, const Json& json,
                                                std::vector<Diagnostic>& diagnostics) {
  std::vector<protocol::StopRule> rules;
  if (!json.is_array()) {
    diagnostics.push_back(
        problem(document, "/stop", "not a list of rules", "[{\"if\": …}]", describe(json)));
    return rules;
  }
  for (size_t i = 0; i < json.size(); ++i) {
    Fields fields(document, json[i], fmt::format("/stop/{}", i), diagnostics);
    protocol::StopRule rule;
    if (fields.need("if", "a condition") != nullptr) { set(rule.condition, fields.text("if")); }
    set(rule.over_steps, fields.integer("over_steps", 1, kStepsMax));
    fields.finish();
    if (!rule.condition.empty()) {
      check_condition(document, fields.pointer("if"), rule.condition, diagnostics);
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace enigma::sweeps
