// What a user did wrong, where, and what would be right. Rooms return lists of these;
// the command line prints them all and exits with code 2.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace enigma {

enum class Severity { error, warning };

/// DIAGNOSTIC of the contract. Empty strings and a line of 0 mean "unknown": null in JSON.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;        ///< file (or folder) as the user named it
  int line = 0;            ///< 1-based; 0 = unknown
  int column = 0;          ///< 1-based; 0 = unknown
  std::string pointer;     ///< JSON pointer, or the field inside a recording
  std::string message;     ///< one sentence: what is wrong
  std::string expected;    ///< what would have been right
  std::string found;       ///< what stands there
  std::string suggestion;  ///< nearest valid name, or the next thing to do
};

/// A value, or the reasons why there is none. Warnings may stand beside a value.
template <typename T>
struct Parsed {
  std::optional<T> value;
  std::vector<Diagnostic> diagnostics;

  bool ok() const { return value.has_value(); }
};

/// Thrown where the input of a whole command is wrong (exit code 2); carries every diagnostic.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Diagnostic> diagnostics);
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

bool has_errors(const std::vector<Diagnostic>& diagnostics);

/// `file:line:column: error: message (expected …, found …; did you mean …?)`, without colour.
std::string to_text(const Diagnostic& diagnostic);

/// The contract's keys, unknown as null.
nlohmann::ordered_json to_json(const Diagnostic& diagnostic);
nlohmann::ordered_json to_json(const std::vector<Diagnostic>& diagnostics);

}  // namespace enigma
