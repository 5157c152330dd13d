#include "orchestrator/serve/door.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace enigma;

namespace {

std::string header_of(const http::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) { return value; }
  }
  return "";
}

http::Request asked(const std::string& query = "") {
  http::Request request{"GET", "/", query, "", ""};
  request.host = "127.0.0.1:7000";
  return request;
}

/// As a browser that was let in by the link.
http::Request with_cookie(const Door& door) {
  http::Request request = asked();
  const std::string set = header_of(*door.entrance(asked("token=secret")), "Set-Cookie");
  request.cookie = "other=1; " + set.substr(0, set.find(';'));
  return request;
}

}  // namespace

TEST_CASE("door: a bearer is known, and may change something") {
  const Door door("secret");
  http::Request request = asked();
  CHECK_FALSE(door.knows(request));
  CHECK_FALSE(door.may_change(request));
  request.bearer = "secret";
  CHECK(door.knows(request));
  CHECK(door.may_change(request));
  request.bearer = "secre";
  CHECK_FALSE(door.knows(request));
}

TEST_CASE("door: a link gives a cookie that scripts do not see, and leads on without its token") {
  const Door door("secret");
  CHECK_FALSE(door.entrance(asked()));
  const auto in = door.entrance(asked("token=secret"));
  REQUIRE(in);
  CHECK(in->status == 303);
  CHECK(header_of(*in, "Location") == "./");
  const std::string cookie = header_of(*in, "Set-Cookie");
  CHECK(cookie.find("HttpOnly") != std::string::npos);
  CHECK(cookie.find("SameSite=Strict") != std::string::npos);
  CHECK(cookie.find("secret") == std::string::npos);
  CHECK(door.knows(with_cookie(door)));
  CHECK_FALSE(Door("another").knows(with_cookie(door)));
  CHECK(door.entrance(asked("token=wrong"))->status == 401);
  CHECK(door.entrance(asked("token="))->status == 401);
}

TEST_CASE("door: a cookie changes something only from the page itself") {
  const Door door("secret");
  http::Request request = with_cookie(door);
  CHECK_FALSE(door.may_change(request));  // nothing says where it comes from
  for (const char* elsewhere : {"cross-site", "same-site", "none"}) {
    request.fetch_site = elsewhere;
    CHECK_FALSE(door.may_change(request));
  }
  request.fetch_site = "same-origin";
  CHECK(door.may_change(request));
  request.fetch_site = "";
  request.origin = "http://127.0.0.1:7000";
  CHECK(door.may_change(request));
  for (const char* origin : {"http://127.0.0.1:7001", "http://evil.example", "null"}) {
    request.origin = origin;
    CHECK_FALSE(door.may_change(request));
  }
}

TEST_CASE("door: a stranger reads how to get in, and a visit from elsewhere is asked once more") {
  http::Request request = asked();
  const http::Response closed = Door::closed(request);
  CHECK(closed.status == 401);
  CHECK(closed.content_type.starts_with("text/html"));
  CHECK(closed.body.find("serve --link") != std::string::npos);
  CHECK(closed.body.find("http-equiv=\"refresh\"") == std::string::npos);
  CHECK_FALSE(header_of(closed, "Content-Security-Policy").empty());
  request.fetch_site = "cross-site";
  CHECK(Door::closed(request).body.find("http-equiv=\"refresh\"") != std::string::npos);
}
