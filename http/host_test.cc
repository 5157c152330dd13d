#include "http/host.h"

#include <doctest/doctest.h>

using namespace enigma::http;
using boost::asio::ip::make_address;
using boost::asio::ip::tcp;

namespace {
const tcp::endpoint kFour(make_address("127.0.0.1"), 7000);
const tcp::endpoint kSix(make_address("::1"), 7000);
const tcp::endpoint kMapped(make_address("::ffff:127.0.0.1"), 7000);
}  // namespace

TEST_CASE("host: an address of IPv6 stands in brackets") {
  CHECK(url_of(kFour) == "http://127.0.0.1:7000");
  CHECK(url_of(kSix) == "http://[::1]:7000");
}

TEST_CASE("host: the server answers to its address, to localhost and to the name it was given") {
  CHECK(names_server("127.0.0.1:7000", "127.0.0.1", kFour));
  CHECK(names_server("LocalHost:7000", "127.0.0.1", kFour));
  CHECK(names_server("[::1]:7000", "::1", kSix));
  CHECK(names_server("[0:0:0:0:0:0:0:1]:7000", "::1", kSix));
  CHECK(names_server("node17:7000", "Node17", kFour));
  CHECK(names_server("0.0.0.0:7000", "0.0.0.0", kFour));
  CHECK(names_server("127.0.0.1:7000", "::", kMapped));
}

TEST_CASE("host: no other name, address or port") {
  for (const char* other :
       {"evil.example:7000", "evil.example", "", ":7000", "127.0.0.1", "127.0.0.1:7001",
        "127.0.0.1:7000:7000", "localhost:", "localhost.evil.example:7000", "10.0.0.1:7000",
        "[::1]", "[::1]:7000"}) {
    CAPTURE(other);
    CHECK_FALSE(names_server(other, "127.0.0.1", kFour));
  }
}
