#include "orchestrator/http/server.h"

#include "orchestrator/http/client.h"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace enigma::http;

namespace {

// Echoes what it was asked; POST /later is answered by the next request.
struct Echo {
  boost::asio::io_context context{1};
  std::vector<Reply> later;
  Server server;
  std::thread thread;

  static ServerOptions small() {
    ServerOptions options;
    options.body_bytes_max = 1000;
    return options;
  }
  Echo()
      : server(context, small(), [this](const Request& r, Reply reply) { handle(r, reply); }),
        thread([this] { context.run(); }) {}
  ~Echo() {
    context.stop();
    thread.join();
  }
  void handle(const Request& request, const Reply& reply) {
    if (request.path == "/later") {
      later.push_back(reply);
      return;
    }
    for (const Reply& waiting : later) waiting({503, "waited", "text/plain", 2});
    later.clear();
    reply({200, request.method + " " + request.path + " " + request.query + " " + request.bearer +
                    " " + request.body});
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
  while (get(echo.server.url() + "/now").status == 200 && late.status == 0)
    std::this_thread::yield();
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
