#include "http/client.h"

#include <curl/curl.h>

#include <array>
#include <memory>

namespace enigma::http {
namespace {

constexpr size_t kAnswerBytesMax = size_t{256} << 20;

size_t take(char* bytes, size_t size, size_t count, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + size * count > kAnswerBytesMax) { return 0; }
  text.append(bytes, size * count);
  return size * count;
}

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

ClientResponse perform(CURL* easy) {
  ClientResponse response;
  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &response.body);
  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) {
    response.error = reason[0] != '\0' ? reason.data() : curl_easy_strerror(code);
    return response;
  }
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return response;
}

Easy easy_for(const std::string& url, int timeout_s) {
  Easy easy(curl_easy_init(), curl_easy_cleanup);
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT, static_cast<long>(timeout_s));
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT, 5L);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_NOPROXY, "*");
  return easy;
}

Headers headers_for(const std::string& bearer) {
  Headers headers(curl_slist_append(nullptr, "Expect:"), curl_slist_free_all);
  if (!bearer.empty()) {
    curl_slist_append(headers.get(), ("Authorization: Bearer " + bearer).c_str());
  }
  return headers;
}

}  // namespace

ClientResponse get(const std::string& url, int timeout_s, const std::string& bearer) {
  const Easy easy = easy_for(url, timeout_s);
  const Headers headers = headers_for(bearer);
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  return perform(easy.get());
}

ClientResponse post(const std::string& url, const std::string& body, const std::string& bearer,
                    int timeout_s) {
  const Easy easy = easy_for(url, timeout_s);
  const Headers headers = headers_for(bearer);
  curl_slist_append(headers.get(), "Content-Type: application/json");
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  return perform(easy.get());
}

}  // namespace enigma::http
