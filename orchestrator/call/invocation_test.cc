#include "orchestrator/call/invocation.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::cli;

namespace {

Invocation read(std::vector<std::string> arguments) {
  return read_request(arguments, "enigma-sweep", nullptr, false).invocation;
}

}  // namespace

TEST_CASE("command: global options are taken out wherever they stand") {
  const Invocation invocation = read({"--store", "s", "plan", "x.json", "--json", "--data=d"});
  CHECK(invocation.verb == "plan");
  CHECK(invocation.store == "s");
  CHECK(invocation.json);
  CHECK(invocation.args == std::vector<std::string>{"x.json", "--data=d"});
  CHECK(read({"status"}).store == ".enigma");
  CHECK(read_request({"status"}, "p", "env", false).invocation.store == "env");
  CHECK_THROWS_AS(read({"--store"}), InputError);
  CHECK_THROWS_AS(read({"--color", "red", "status"}), InputError);
  CHECK_THROWS_AS(read({"--sotre", "x"}), InputError);
}
