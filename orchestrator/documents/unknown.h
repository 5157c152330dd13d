// Unknown is null in every document: never absent, 0 or -1.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace enigma::documents {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

inline Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

/// Stored text that this program wrote; null where it cannot be read.
inline Json parsed(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json() : json;
}

/// The member of an object, or null.
inline Json member(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) ? object[key] : Json();
}

}  // namespace enigma::documents
