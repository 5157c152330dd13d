// One bounded request, one answer (libcurl): the command line's way to the controller, and a
// worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::http {

struct ClientRequest {
  std::string url;
  std::optional<std::string> body;  ///< POST of this; else GET
  std::string content_type = "application/json";
  std::vector<std::string> headers = {};  ///< "Name: value", beside those that follow from the rest
  std::string bearer;                     ///< empty = none is sent
  std::string pinned_key;  ///< curl's form: the one key that is trusted; empty = the system decides
  int timeout_s = 30;
  size_t answer_bytes_max = size_t{256} << 20;
};

struct ClientResponse {
  int status = 0;  ///< 0 = no answer
  std::string body;
  std::string error;          ///< why there was no answer
  int64_t retry_after_s = 0;  ///< 0 = the answer asks for none
};

/// Proxies of the environment are not asked.
ClientResponse send(const ClientRequest& request);

ClientResponse get(const std::string& url, int timeout_s = 30, const std::string& bearer = {});
ClientResponse post(const std::string& url, const std::string& body, const std::string& bearer,
                    int timeout_s = 600);

}  // namespace enigma::http
