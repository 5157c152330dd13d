#include "diagnostics/diagnostic.h"

#include <algorithm>
#include <utility>

namespace enigma {
namespace {

std::string first_message(const std::vector<Diagnostic>& diagnostics) {
  return diagnostics.empty() ? "invalid input" : to_text(diagnostics.front());
}

nlohmann::ordered_json text_or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

nlohmann::ordered_json number_or_null(int number) {
  return number == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(number);
}

std::string place(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file;
  if (diagnostic.line > 0) { text += ":" + std::to_string(diagnostic.line); }
  if (diagnostic.column > 0) { text += ":" + std::to_string(diagnostic.column); }
  if (!diagnostic.pointer.empty()) { text += (text.empty() ? "" : " ") + diagnostic.pointer; }
  return text.empty() ? "" : text + ": ";
}

}  // namespace

InputError::InputError(std::vector<Diagnostic> diagnostics)
    : std::runtime_error(first_message(diagnostics)), diagnostics_(std::move(diagnostics)) {}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

std::string to_text(const Diagnostic& d) {
  std::string text = place(d) + (d.severity == Severity::error ? "error: " : "warning: ");
  text += d.message;
  if (!d.expected.empty()) { text += "; expected " + d.expected; }
  if (!d.found.empty()) { text += ", found " + d.found; }
  if (!d.suggestion.empty()) { text += " (" + d.suggestion + ")"; }
  return text;
}

nlohmann::ordered_json to_json(const Diagnostic& d) {
  return {{"severity", d.severity == Severity::error ? "error" : "warning"},
          {"file", text_or_null(d.file)},
          {"line", number_or_null(d.line)},
          {"column", number_or_null(d.column)},
          {"pointer", text_or_null(d.pointer)},
          {"message", d.message},
          {"expected", text_or_null(d.expected)},
          {"found", text_or_null(d.found)},
          {"suggestion", text_or_null(d.suggestion)}};
}

nlohmann::ordered_json to_json(const std::vector<Diagnostic>& diagnostics) {
  auto list = nlohmann::ordered_json::array();
  for (const Diagnostic& diagnostic : diagnostics) { list.push_back(to_json(diagnostic)); }
  return list;
}

}  // namespace enigma
