// One request and its answer as the controller sees them: no socket, no Beast.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace enigma::http {

struct Request {
  std::string method;  ///< GET, POST, …
  std::string path;    ///< without the query, percent signs decoded
  std::string query;   ///< what follows '?', as sent
  std::string bearer;  ///< of `Authorization: Bearer …`; empty = none
  std::string body;
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::optional<int> retry_after_s;
};

/// Called once, at once or later (a report is answered after its commit).
using Reply = std::function<void(Response)>;
using Handler = std::function<void(const Request&, Reply)>;

/// The value of `key` in a query string, percent signs decoded; nothing where it is absent.
std::optional<std::string> query_value(const std::string& query, const std::string& key);

/// "%41b+c" → "Ab c" (plus signs only in queries); broken escapes stay as they are.
std::string percent_decoded(const std::string& text, bool plus_is_space = false);

/// `text` with all but unreserved characters (RFC 3986) escaped.
std::string percent_encoded(const std::string& text);

}  // namespace enigma::http
