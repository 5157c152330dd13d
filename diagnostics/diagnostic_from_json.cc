#include "diagnostics/diagnostic_from_json.h"

#include <cstdint>
#include <limits>

namespace enigma {
namespace {

std::string text_at(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

int place_at(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_integer()) { return 0; }
  const auto place = found->get<int64_t>();
  return place > 0 && place <= std::numeric_limits<int>::max() ? static_cast<int>(place) : 0;
}

}  // namespace

Diagnostic diagnostic_of(const nlohmann::json& json) {
  Diagnostic d;
  if (text_at(json, "severity") == "warning") { d.severity = Severity::warning; }
  d.file = text_at(json, "file");
  d.line = place_at(json, "line");
  d.column = place_at(json, "column");
  d.pointer = text_at(json, "pointer");
  d.message = text_at(json, "message");
  d.expected = text_at(json, "expected");
  d.found = text_at(json, "found");
  d.suggestion = text_at(json, "suggestion");
  return d;
}

std::vector<Diagnostic> diagnostics_of(const nlohmann::json& list) {
  std::vector<Diagnostic> diagnostics;
  for (const auto& one : list) {
    if (one.is_object()) { diagnostics.push_back(diagnostic_of(one)); }
  }
  return diagnostics;
}

}  // namespace enigma
