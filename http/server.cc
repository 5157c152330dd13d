#include "http/server.h"

#include "diagnostics/printable.h"
#include "http/host.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <chrono>
#include <fcntl.h>
#include <optional>
#include <utility>
#include <vector>

namespace enigma::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using BeastRequest = beast::http::request<beast::http::string_body>;
using BeastResponse = beast::http::response<beast::http::string_body>;

constexpr int kRest_ms = 100;

std::string bearer_of(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!beast::iequals(authorization.substr(0, kScheme.size()), kScheme)) { return ""; }
  return std::string(authorization.substr(kScheme.size()));
}

Request from_beast(BeastRequest&& request) {
  using beast::http::field;
  const std::string target(request.target());
  const size_t mark = target.find('?');
  const auto sent = [&](const auto& name) { return std::string(request[name]); };
  return {std::string(request.method_string()),
          percent_decoded(target.substr(0, mark)),
          mark == std::string::npos ? "" : target.substr(mark + 1),
          bearer_of(sent(field::authorization)),
          std::move(request.body()),
          sent(field::cookie),
          sent(field::host),
          sent(field::origin),
          sent("Sec-Fetch-Site"),
          sent(field::if_none_match),
          sent("Last-Event-ID")};
}

BeastResponse to_beast(Response&& response, bool keep_alive) {
  BeastResponse answer(static_cast<beast::http::status>(response.status), 11);
  answer.set(beast::http::field::content_type, response.content_type);
  answer.set(beast::http::field::cache_control, "no-store");
  if (response.retry_after_s) {
    answer.set(beast::http::field::retry_after, std::to_string(*response.retry_after_s));
  }
  for (const auto& [name, value] : response.headers) { answer.set(name, value); }
  answer.keep_alive(keep_alive);
  answer.body() = std::move(response.body);
  if (!response.stream) { answer.prepare_payload(); }
  return answer;
}

Response refusal(int status, const std::string& message) {
  return {status,
          fmt::format(R"({{"diagnostics": [{{"severity": "error", "message": "{}"}}]}})", message)};
}

// What no handler is to see: addresses that are no text, and requests meant for somebody else.
std::optional<Response> refused(const BeastRequest& request, const std::string& asked,
                                const tcp::endpoint& local) {
  const auto host = beast::http::field::host;
  if (request.count(host) != 1) { return refusal(400, "exactly one Host header is needed"); }
  if (!names_server(std::string(request[host]), asked, local)) {
    return refusal(421, "the Host header names another server; this one is " + url_of(local));
  }
  if (is_utf8(percent_decoded(std::string(request.target())))) { return std::nullopt; }
  return refusal(400, "the address is not UTF-8");
}

// Waits for the handler's reply without holding the thread.
asio::awaitable<Response> answer_to(const Handler& handler, const Request& request) {
  const auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Response)>(
      [&](auto completion) {
        auto shared = std::make_shared<decltype(completion)>(std::move(completion));
        handler(request, [shared, executor](Response response) {
          asio::post(executor, [shared, response = std::move(response)]() mutable {
            std::move (*shared)(std::move(response));
          });
        });
      },
      asio::use_awaitable);
}

}  // namespace

struct Server::Impl {
  Impl(asio::io_context& context, const ServerOptions& given, Handler handle)
      : options(given), handler(std::move(handle)), acceptor(context) {}

  ServerOptions options;
  Handler handler;
  tcp::acceptor acceptor;
  int connections = 0;
};

namespace {

// An address as it is, or everything that a name ("localhost") stands for.
std::vector<tcp::endpoint> endpoints_of(asio::io_context& context, const ServerOptions& options,
                                        boost::system::error_code& error) {
  const std::string host = without_brackets(options.address);
  const auto address = asio::ip::make_address(host, error);
  if (!error) { return {{address, options.port}}; }
  std::vector<tcp::endpoint> endpoints;
  tcp::resolver resolver(context);
  for (const auto& found : resolver.resolve(host, std::to_string(options.port), error)) {
    endpoints.push_back(found.endpoint());
  }
  return endpoints;
}

// Bind fails where another listens; the address stays reusable right after a controller died.
void open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint,
          boost::system::error_code& error) {
  boost::system::error_code ignored;
  acceptor.close(ignored);
  acceptor.open(endpoint.protocol(), error);
  if (!error) { ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC); }
  if (!error) { acceptor.set_option(tcp::acceptor::reuse_address(true), error); }
  if (!error) { acceptor.bind(endpoint, error); }
  if (!error) { acceptor.listen(asio::socket_base::max_listen_connections, error); }
}

// A name may stand for an address of IPv6 on a machine that has none: then the next one is tried.
void listen(asio::io_context& context, tcp::acceptor& acceptor, const ServerOptions& options) {
  boost::system::error_code error;
  for (const tcp::endpoint& endpoint : endpoints_of(context, options, error)) {
    open(acceptor, endpoint, error);
    if (!error) { return; }
    if (error == asio::error::address_in_use || error == asio::error::access_denied) { break; }
  }
  if (error == asio::error::address_in_use) {
    throw CannotListen(
        fmt::format("port {} of {} is in use: choose another with --port, or leave "
                    "it out for any free one",
                    options.port, options.address));
  }
  throw CannotListen(
      fmt::format("cannot listen on {}, port {}: {}; --address takes an address or "
                  "a name of this machine",
                  options.address, options.port, error.message()));
}

tcp::endpoint local_of(beast::tcp_stream& stream) {
  boost::system::error_code gone;  // the other end may have left already: then nothing is named
  return stream.socket().local_endpoint(gone);
}

asio::awaitable<void> pause(int pause_ms) {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(pause_ms));
  boost::system::error_code stopped;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
}

// Only what the client has taken is followed by more: one that does not read is left after
// `timeout_s`, and nothing is kept for it meanwhile.
asio::awaitable<void> write_stream(const ServerOptions& options, beast::tcp_stream& stream,
                                   Response response) {
  const Stream more = std::move(response.stream);
  std::optional<std::string> text = std::move(response.body);
  response.body.clear();
  auto head = to_beast(std::move(response), false);
  head.chunked(true);
  beast::http::response_serializer<beast::http::string_body> serializer(head);
  boost::system::error_code error;
  const auto token = [&] { return asio::redirect_error(asio::use_awaitable, error); };
  stream.expires_after(std::chrono::seconds(options.timeout_s));
  co_await beast::http::async_write_header(stream, serializer, token());
  for (; text && !error; text = more()) {
    stream.expires_after(std::chrono::seconds(options.timeout_s));
    if (!text->empty()) {
      co_await asio::async_write(stream, beast::http::make_chunk(asio::buffer(*text)), token());
    }
    if (!error) { co_await pause(options.stream_pause_ms); }
  }
  if (!error) { co_await asio::async_write(stream, beast::http::make_chunk_last(), token()); }
}

template <typename Impl>
asio::awaitable<bool> serve_one(Impl& impl, beast::tcp_stream& stream, beast::flat_buffer& buffer) {
  beast::http::request_parser<beast::http::string_body> parser;
  parser.body_limit(impl.options.body_bytes_max);
  parser.header_limit(static_cast<uint32_t>(impl.options.header_bytes_max));
  stream.expires_after(std::chrono::seconds(impl.options.timeout_s));
  boost::system::error_code error;
  co_await beast::http::async_read(stream, buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
  const bool too_large = error == beast::http::error::body_limit;
  const bool malformed =
      error.category() == beast::http::make_error_code(beast::http::error::bad_method).category() &&
      error != beast::http::error::end_of_stream;
  if (error && !malformed) { co_return false; }
  const bool keep_alive = !error && parser.get().keep_alive();
  Response response;
  if (too_large) {
    response = refusal(413, "the request is larger than this server takes");
  } else if (error) {
    response = refusal(400, "this is no HTTP request");
  } else {
    auto refusal = refused(parser.get(), impl.options.address, local_of(stream));
    if (refusal) {
      response = std::move(*refusal);
    } else {
      const Request request = from_beast(parser.release());
      response = co_await answer_to(impl.handler, request);
    }
  }
  if (response.stream) {
    co_await write_stream(impl.options, stream, std::move(response));
    co_return false;
  }
  const auto answer = to_beast(std::move(response), keep_alive);
  stream.expires_after(std::chrono::seconds(impl.options.timeout_s));
  co_await beast::http::async_write(stream, answer,
                                    asio::redirect_error(asio::use_awaitable, error));
  co_return keep_alive && !error;
}

template <typename Impl>
asio::awaitable<void> serve_connection(std::shared_ptr<Impl> impl, tcp::socket socket) {
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  beast::tcp_stream stream(std::move(socket));
  ++impl->connections;
  beast::flat_buffer buffer;
  while (co_await serve_one(*impl, stream, buffer)) {}
  --impl->connections;
  boost::system::error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

// Past the limit a connection is closed unread: its worker goes on and posts later.
template <typename Impl>
asio::awaitable<void> accept_all(std::shared_ptr<Impl> impl) {
  for (;;) {
    boost::system::error_code error;
    tcp::socket socket =
        co_await impl->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted || !impl->acceptor.is_open()) { co_return; }
    // Out of descriptors the waiting connection stays where it is, and accepting it fails again at
    // once.
    if (error && error != asio::error::connection_aborted) { co_await pause(kRest_ms); }
    if (error || impl->connections >= impl->options.connections_max) { continue; }
    asio::co_spawn(impl->acceptor.get_executor(), serve_connection(impl, std::move(socket)),
                   asio::detached);
  }
}

}  // namespace

Server::Server(asio::io_context& context, const ServerOptions& options, Handler handler)
    : impl_(std::make_shared<Impl>(context, options, std::move(handler))) {
  listen(context, impl_->acceptor, options);
  asio::co_spawn(context, accept_all(impl_), asio::detached);
}

Server::~Server() {
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
}

uint16_t Server::port() const {
  return impl_->acceptor.local_endpoint().port();
}

std::string Server::url() const {
  return url_of(impl_->acceptor.local_endpoint());
}

}  // namespace enigma::http
