// Who may ask what. A program shows the bearer; a browser gets in once by a link that holds it, and
// shows a cookie from then on.
#pragma once

#include "http/message.h"

#include <optional>
#include <string>

namespace enigma {

class Door {
 public:
  explicit Door(std::string secret);

  /// Whether it shows the bearer, or the cookie that was given for it.
  bool knows(const http::Request& request) const;

  /// Whether it may also change something: a cookie alone is sent by any page that makes a browser
  /// ask, so that it counts only where the browser says that the request is of this very page.
  bool may_change(const http::Request& request) const;

  /// The answer to a link that holds a token: the cookie and the way on, or how to get in. Nothing
  /// where the request holds none.
  std::optional<http::Response> entrance(const http::Request& request) const;

  /// What a person reads who is not known: how to get in.
  static http::Response closed(const http::Request& request);

 private:
  std::string secret_, cookie_name_, cookie_;
};

/// What every answer that a browser shows says of itself: nothing of other places is loaded, and
/// nothing is told to them.
void add_page_headers(http::Response& response);

/// The link that lets a browser in: "URL/?token=SECRET".
std::string link_of(const std::string& url, const std::string& secret);

}  // namespace enigma
