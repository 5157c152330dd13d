#include "http/client.h"

#include <curl/curl.h>

#include <array>
#include <memory>

namespace enigma::http {
namespace {

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

struct CurlGlobal {
  CurlGlobal() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~CurlGlobal() { curl_global_cleanup(); }
};

struct Body {
  std::string text;
  size_t bytes_max;
};

size_t take(char* bytes, size_t size, size_t count, void* to) {
  Body& body = *static_cast<Body*>(to);
  if (body.text.size() + size * count > body.bytes_max) { return 0; }
  body.text.append(bytes, size * count);
  return size * count;
}

void set_common(CURL* easy, const ClientRequest& request) {
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, static_cast<long>(request.timeout_s));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 5L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

void set_body(CURL* easy, const ClientRequest& request) {
  if (!request.body) { return; }
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body->data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request.body->size()));
}

// The pinned key is the trust: a controller signs its own certificate.
void set_trust(CURL* easy, const ClientRequest& request) {
  if (request.pinned_key.empty()) { return; }
  curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, request.pinned_key.c_str());
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
}

Headers headers_for(const ClientRequest& request) {
  Headers headers(curl_slist_append(nullptr, "Expect:"), curl_slist_free_all);
  for (const std::string& header : request.headers) {
    curl_slist_append(headers.get(), header.c_str());
  }
  if (!request.bearer.empty()) {
    curl_slist_append(headers.get(), ("Authorization: Bearer " + request.bearer).c_str());
  }
  if (request.body) {
    curl_slist_append(headers.get(), ("Content-Type: " + request.content_type).c_str());
  }
  return headers;
}

ClientResponse perform(CURL* easy, size_t bytes_max) {
  Body body{{}, bytes_max};
  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) {
    return {.error = reason[0] != '\0' ? reason.data() : curl_easy_strerror(code)};
  }
  long status = 0;
  curl_off_t retry_after_s = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after_s);
  return {static_cast<int>(status), std::move(body.text), "", retry_after_s};
}

}  // namespace

ClientResponse send(const ClientRequest& request) {
  static const CurlGlobal global;
  const Easy easy(curl_easy_init(), curl_easy_cleanup);
  const Headers headers = headers_for(request);
  set_common(easy.get(), request);
  set_body(easy.get(), request);
  set_trust(easy.get(), request);
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  return perform(easy.get(), request.answer_bytes_max);
}

ClientResponse get(const std::string& url, int timeout_s, const std::string& bearer) {
  return send({.url = url, .bearer = bearer, .timeout_s = timeout_s});
}

ClientResponse post(const std::string& url, const std::string& body, const std::string& bearer,
                    int timeout_s) {
  return send({.url = url, .body = body, .bearer = bearer, .timeout_s = timeout_s});
}

}  // namespace enigma::http
