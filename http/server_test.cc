#include "http/server.h"

#include "http/client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <ctime>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace enigma::http;

namespace {

// Echoes what it was asked; POST /later is answered by the next request.
struct Echo {
  boost::asio::io_context context{1};
  std::vector<Reply> later;
  Server server;
  std::thread thread;

  static ServerOptions small(const std::string& address) {
    ServerOptions options;
    options.address = address;
    options.body_bytes_max = 1000;
    options.stream_pause_ms = 5;
    return options;
  }
  explicit Echo(const std::string& address = "127.0.0.1")
      : server(context, small(address),
               [this](const Request& r, Reply reply) { handle(r, reply); }),
        thread([this] { context.run(); }) {}
  ~Echo() {
    context.stop();
    thread.join();
  }
  /// "" once, then a line at a time, then the end.
  static std::optional<std::string> said(int& left) {
    --left;
    if (left < 0) { return std::nullopt; }
    return left == 2 ? "" : "left " + std::to_string(left) + "\n";
  }
  void handle(const Request& request, const Reply& reply) {
    if (request.path == "/later") {
      later.push_back(reply);
      return;
    }
    if (request.path == "/stream") {
      Response response{200, "first\n", "text/plain", {}};
      response.headers = {{"X-Seen", request.last_event_id + request.cookie}};
      response.stream = [left = 3]() mutable { return said(left); };
      return reply(std::move(response));
    }
    for (const Reply& waiting : later) { waiting({503, "waited", "text/plain", 2}); }
    later.clear();
    reply({200, request.method + " " + request.path + " " + request.query + " " + request.bearer +
                    " " + request.body});
  }
};

using boost::asio::ip::tcp;

/// All that is answered to these very bytes, until the server closes.
std::string answer_to(const Echo& echo, const std::string& bytes) {
  boost::asio::io_context context;
  tcp::socket socket(context);
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), echo.server.port()});
  boost::asio::write(socket, boost::asio::buffer(bytes));
  std::string answer;
  boost::system::error_code end;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
  return answer;
}

/// The status line of the answer to these very bytes.
std::string status_of(const Echo& echo, const std::string& bytes) {
  boost::asio::io_context context;
  tcp::socket socket(context);
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), echo.server.port()});
  boost::asio::write(socket, boost::asio::buffer(bytes));
  std::string answer(12, '\0');  // "HTTP/1.1 200"
  boost::asio::read(socket, boost::asio::buffer(answer));
  return answer.substr(9);
}

std::string asked_of(const std::string& host, const std::string& target = "/") {
  return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

double processor_s() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

/// Leaves the process without free descriptors for as long as it lives.
struct NoDescriptors {
  rlimit before{};
  std::vector<int> taken;
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{std::min<rlim_t>(before.rlim_cur, 256), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) { taken.push_back(fd); }
  }
  ~NoDescriptors() {
    for (const int fd : taken) { ::close(fd); }
    ::setrlimit(RLIMIT_NOFILE, &before);
  }
};

}  // namespace

TEST_CASE("server: method, path, query, bearer and body arrive, the answer returns") {
  const Echo echo;
  CHECK(get(echo.server.url() + "/a%20b?x=1").body == "GET /a b x=1  ");
  const auto posted = post(echo.server.url() + "/p", "body", "secret");
  CHECK(posted.status == 200);
  CHECK(posted.body == "POST /p  secret body");
}

TEST_CASE("server: an answer may come later, while others are served") {
  const Echo echo;
  ClientResponse late;
  std::thread waiting([&] { late = post(echo.server.url() + "/later", "", "", 10); });
  while (get(echo.server.url() + "/now").status == 200 && late.status == 0) {
    std::this_thread::yield();
  }
  waiting.join();
  CHECK(late.status == 503);
  CHECK(late.body == "waited");
}

TEST_CASE("server: a body beyond the limit is refused with 413") {
  const Echo echo;
  CHECK(post(echo.server.url() + "/p", std::string(1001, 'x'), "").status == 413);
  CHECK(post(echo.server.url() + "/p", std::string(900, 'x'), "").status == 200);
}

TEST_CASE("server: a port in use is said in words") {
  const Echo echo;
  boost::asio::io_context context;
  ServerOptions options;
  options.port = echo.server.port();
  try {
    const Server second(context, options, [](const Request&, const Reply&) {});
    FAIL("bound twice");
  } catch (const CannotListen& refused) {
    CHECK(std::string(refused.what()).find("in use") != std::string::npos);
  }
}

TEST_CASE("client: no answer is an error in words, not a status") {
  const auto response = get("http://127.0.0.1:1/", 2);
  CHECK(response.status == 0);
  CHECK_FALSE(response.error.empty());
}

TEST_CASE("server: a request meant for another server is refused before anybody sees it") {
  const Echo echo;
  const std::string port = ":" + std::to_string(echo.server.port());
  CHECK(status_of(echo, asked_of("127.0.0.1" + port)) == "200");
  CHECK(status_of(echo, asked_of("localhost" + port)) == "200");
  CHECK(status_of(echo, asked_of("evil.example" + port)) == "421");
  CHECK(status_of(echo, asked_of("127.0.0.1")) == "421");
  CHECK(status_of(echo, "GET / HTTP/1.1\r\n\r\n") == "400");
  CHECK(status_of(echo, "GET / HTTP/1.1\r\nHost: localhost" + port +
                            "\r\nHost: evil.example\r\n\r\n") == "400");
}

TEST_CASE("server: an address that is not UTF-8 is the asker's mistake") {
  const Echo echo;
  const std::string host = "localhost:" + std::to_string(echo.server.port());
  for (const char* target : {"/%ff", "/a?sweep=%C3", "/\xff", "/%ed%a0%80"}) {
    CAPTURE(target);
    CHECK(status_of(echo, asked_of(host, target)) == "400");
  }
  CHECK(status_of(echo, asked_of(host, "/%C3%BC?sweep=%C3%BC")) == "200");
}

TEST_CASE("server: names and addresses of IPv6 give a URL that can be used") {
  const Echo named("localhost");
  CHECK(get(named.server.url() + "/").status == 200);
  try {
    const Echo six("::1");
    CHECK(six.server.url() == "http://[::1]:" + std::to_string(six.server.port()));
    CHECK(get(six.server.url() + "/").status == 200);
  } catch (const CannotListen& absent) { MESSAGE("SKIP: server on ::1: " << absent.what()); }
  CHECK_THROWS_AS(Echo("no.such.name.invalid"), CannotListen);
}

TEST_CASE("server: out of descriptors it rests, and goes on when there are some again") {
  const Echo echo;
  boost::asio::io_context context;
  tcp::socket waiting(context, tcp::v4());
  {
    const NoDescriptors none;
    waiting.connect({boost::asio::ip::make_address("127.0.0.1"), echo.server.port()});
    const double from_s = processor_s();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));  // the length is what is measured
    CHECK(processor_s() - from_s < 0.1);
  }
  CHECK(get(echo.server.url() + "/").status == 200);
}

TEST_CASE("server: a stream goes on chunk by chunk and ends when there is no more") {
  Echo echo;
  const std::string host = "127.0.0.1:" + std::to_string(echo.server.port());
  const std::string answer = answer_to(echo, "GET /stream HTTP/1.1\r\nHost: " + host +
                                                 "\r\nLast-Event-ID: 7\r\nCookie: a=b\r\n\r\n");
  CHECK(answer.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(answer.find("X-Seen: 7a=b\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\n6\r\nfirst\n\r\n7\r\nleft 1\n\r\n7\r\nleft 0\n\r\n0\r\n\r\n"));
}

TEST_CASE("server: a client that leaves ends its stream, and nobody else's request") {
  Echo echo;
  const std::string host = "127.0.0.1:" + std::to_string(echo.server.port());
  for (int k = 0; k < 20; ++k) { CHECK(status_of(echo, asked_of(host, "/stream")) == "200"); }
  CHECK(get(echo.server.url() + "/plain").status == 200);
}
