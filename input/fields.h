// Typed reading of one JSON object: every key asked for is known, every wrong type is a diagnostic
// at its place, and finish() reports the keys that nobody asked for with the nearest known one.
#pragma once

#include "input/document.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace enigma {

using Json = nlohmann::ordered_json;

/// "number 3", "string \"x\"", "object", … short enough for one line.
std::string describe(const Json& value);

/// What a number must be.
struct Range {
  double low = -1e308, high = 1e308;
  bool low_open = false;  ///< low itself is not allowed
  const char* words = "a finite number";
};
inline constexpr Range kPositive{0, 1e308, true, "a positive number"};
inline constexpr Range kNotNegative{0, 1e308, false, "a number that is not negative"};

/// Values by pointer, each nullopt (with a diagnostic) where the type or range is wrong.
std::optional<double> read_number(const Document& document, const Json& value,
                                  const std::string& pointer, const Range& range,
                                  std::vector<Diagnostic>& diagnostics);
/// Integers may be written as 1e6; at most 2^53 in size then.
std::optional<int64_t> read_integer(const Document& document, const Json& value,
                                    const std::string& pointer, int64_t low, int64_t high,
                                    std::vector<Diagnostic>& diagnostics);
std::optional<std::string> read_text(const Document& document, const Json& value,
                                     const std::string& pointer,
                                     std::vector<Diagnostic>& diagnostics);
/// One of `words`; the diagnostic suggests the nearest.
std::optional<std::string> read_word(const Document& document, const Json& value,
                                     const std::string& pointer,
                                     const std::vector<std::string>& words,
                                     std::vector<Diagnostic>& diagnostics);
std::optional<std::vector<std::string>> read_texts(const Document& document, const Json& value,
                                                   const std::string& pointer,
                                                   std::vector<Diagnostic>& diagnostics);

/// Sets a field where a value was read.
template <typename T>
void set(T& field, std::optional<T> value) {
  if (value) { field = std::move(*value); }
}

class Fields {
 public:
  /// Reports where `value` is no object; every get() then gives nothing.
  Fields(const Document& document, const Json& value, std::string pointer,
         std::vector<Diagnostic>& diagnostics);

  /// The member, or null where it is absent. Marks the key as known.
  const Json* get(const std::string& key);
  /// The same, with a diagnostic where it is absent.
  const Json* need(const std::string& key, const std::string& expected);
  std::string pointer(const std::string& key) const { return child_pointer(pointer_, key); }

  std::optional<double> number(const std::string& key, const Range& range);
  std::optional<int64_t> integer(const std::string& key, int64_t low, int64_t high);
  std::optional<std::string> text(const std::string& key);
  std::optional<std::string> word(const std::string& key, const std::vector<std::string>& words);
  std::optional<std::vector<std::string>> texts(const std::string& key);

  /// The key is part of the contract but not of this version: told so where it stands.
  void refuse(const std::string& key);
  /// Reports every key that was never asked for.
  void finish();

 private:
  const Document& document_;
  const Json* object_ = nullptr;
  std::string pointer_;
  std::vector<std::string> known_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace enigma
