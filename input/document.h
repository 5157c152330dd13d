// JSON as people write it: comments, trailing commas, and the place of every value, so that each
// later message can name file:line:column. Our own lexer, because nlohmann/json keeps no places.
#pragma once

#include "diagnostics/diagnostic.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <string_view>

namespace enigma {

/// Where a value stands; for a member of an object also where its key does (else 0).
struct Place {
  int line = 0, column = 0;  ///< 1-based, columns in characters
  int key_line = 0, key_column = 0;
};

/// A parsed text and the place of each value by JSON pointer (RFC 6901).
struct Document {
  std::string file;
  nlohmann::ordered_json root;
  std::map<std::string, Place> places;  ///< empty where the text is not known

  /// A diagnostic at the value (or, with `at_key`, at the key) that `pointer` names, or at its
  /// nearest known ancestor.
  Diagnostic at(const std::string& pointer, std::string message, bool at_key = false) const;
};

inline constexpr size_t kDocumentBytesMax = 16 * 1024 * 1024;
inline constexpr int kDocumentDepthMax = 64;

/// Parses JSON with // and /* */ comments and trailing commas. Keys `$schema` and `_note` are read
/// and forgotten wherever they stand. The first syntax error ends the reading; duplicate keys are
/// all reported. Text must be UTF-8 of at most kDocumentBytesMax, with at most 200,000 values.
Parsed<Document> parse_document(std::string_view text, const std::string& file);

/// `parent` with one more reference token, escaped as RFC 6901 asks.
std::string child_pointer(const std::string& parent, std::string_view key);

}  // namespace enigma
