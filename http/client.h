// The command line's way to the controller: one bounded request, one answer (libcurl).
#pragma once

#include <string>

namespace enigma::http {

struct ClientResponse {
  int status = 0;  ///< 0 = no answer
  std::string body;
  std::string error;  ///< why there was no answer
};

/// GET, or POST of `body`; an empty bearer is not sent. Proxies of the environment are not asked.
ClientResponse get(const std::string& url, int timeout_s = 30, const std::string& bearer = {});
ClientResponse post(const std::string& url, const std::string& body, const std::string& bearer,
                    int timeout_s = 600);

}  // namespace enigma::http
