#include "orchestrator/serve/door.h"

#include "orchestrator/attempts/secret.h"

#include <fmt/format.h>

namespace enigma {
namespace {

constexpr size_t kNameDigits = 8;
constexpr size_t kTokenBytesMax = 256;

constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr const char* kClosed = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>enigma-sweep: not signed in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">{}</head>
<body><main><h1>This controller does not know you yet</h1>
<p>On the machine of the controller, as its user, type</p>
<pre>enigma-sweep serve --link --store STORE</pre>
<p>and open the link that it prints. A link is good until the controller is started anew.</p>
</main></body></html>
)html";

/// A browser that followed a link of another site has the cookie and did not send it: it is strict
/// about where a visit began. Asked once more by this page, it does.
bool came_from_elsewhere(const http::Request& request) {
  return request.fetch_site == "cross-site" || request.fetch_site == "same-site";
}

bool is_of_this_page(const http::Request& request) {
  if (!request.fetch_site.empty()) { return request.fetch_site == "same-origin"; }
  return !request.host.empty() && (request.origin == "http://" + request.host ||
                                   request.origin == "https://" + request.host);
}

}  // namespace

Door::Door(std::string secret)
    : secret_(std::move(secret)),
      // Cookies of one host know no ports: each controller's has a name of its own.
      cookie_name_("enigma_" +
                   attempts::hmac_sha256(secret_, "name of the cookie").substr(0, kNameDigits)),
      cookie_(attempts::hmac_sha256(secret_, "cookie")) {}

bool Door::knows(const http::Request& request) const {
  if (attempts::same_secret(request.bearer, secret_)) { return true; }
  const auto shown = http::cookie_value(request.cookie, cookie_name_);
  return shown && attempts::same_secret(*shown, cookie_);
}

bool Door::may_change(const http::Request& request) const {
  if (attempts::same_secret(request.bearer, secret_)) { return true; }
  return knows(request) && is_of_this_page(request);
}

std::optional<http::Response> Door::entrance(const http::Request& request) const {
  const auto token = http::query_value(request.query, "token");
  if (!token) { return std::nullopt; }
  if (token->size() > kTokenBytesMax || !attempts::same_secret(*token, secret_)) {
    return closed(request);
  }
  http::Response response{303, "", "text/plain; charset=utf-8", {}};
  // Without a path the cookie is of the folder that the browser asked for: also behind a prefix.
  response.headers = {
      {"Location", "./"},
      {"Set-Cookie", fmt::format("{}={}; HttpOnly; SameSite=Strict", cookie_name_, cookie_)}};
  add_page_headers(response);
  return response;
}

http::Response Door::closed(const http::Request& request) {
  const bool again = came_from_elsewhere(request) && request.query.empty();
  http::Response response{
      401,
      fmt::format(fmt::runtime(kClosed), again ? R"(<meta http-equiv="refresh" content="0">)" : ""),
      "text/html; charset=utf-8",
      {}};
  add_page_headers(response);
  return response;
}

void add_page_headers(http::Response& response) {
  response.headers.insert(response.headers.end(),
                          {{"Content-Security-Policy", kPolicy},
                           {"X-Content-Type-Options", "nosniff"},
                           {"Referrer-Policy", "no-referrer"},
                           {"Cross-Origin-Resource-Policy", "same-origin"}});
}

std::string link_of(const std::string& url, const std::string& secret) {
  return url + "/?token=" + secret;
}

}  // namespace enigma
