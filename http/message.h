// One request and its answer as the controller sees them: no socket, no Beast.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace enigma::http {

struct Request {
  std::string method;  ///< GET, POST, …
  std::string path;    ///< without the query, percent signs decoded
  std::string query;   ///< what follows '?', as sent
  std::string bearer;  ///< of `Authorization: Bearer …`; empty = none
  std::string body;
  // Headers as they were sent; empty = none.
  std::string cookie = {};
  std::string host = {};
  std::string origin = {};
  std::string fetch_site = {};     ///< Sec-Fetch-Site: how a browser came to ask
  std::string if_none_match = {};  ///< If-None-Match: what it has already
  std::string last_event_id = {};  ///< Last-Event-ID: how far it has read a stream of events
};

/// More of an answer that goes on: asked again and again, on the server's thread, for what there is
/// to say by now ("" = nothing yet). Nothing = it ends here. It is dropped when the client leaves.
using Stream = std::function<std::optional<std::string>()>;

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::optional<int> retry_after_s;
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< beside those
  Stream stream = {};  ///< where there is one, it follows after `body`
};

/// Called once, at once or later (a report is answered after its commit).
using Reply = std::function<void(Response)>;
using Handler = std::function<void(const Request&, Reply)>;

/// The value of `key` in a query string, percent signs decoded; nothing where it is absent.
std::optional<std::string> query_value(const std::string& query, const std::string& key);

/// The value of the cookie `name` in a Cookie header; nothing where it is absent.
std::optional<std::string> cookie_value(const std::string& header, const std::string& name);

/// "%41b+c" → "Ab c" (plus signs only in queries); broken escapes stay as they are.
std::string percent_decoded(const std::string& text, bool plus_is_space = false);

/// `text` with all but unreserved characters (RFC 3986) escaped.
std::string percent_encoded(const std::string& text);

}  // namespace enigma::http
