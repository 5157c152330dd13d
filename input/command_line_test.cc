#include "input/command_line.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::cli;

namespace {

std::string suggestion_of(const std::vector<std::string>& args) {
  boost::program_options::options_description options("x");
  options.add_options()("data", boost::program_options::value<std::string>(), "folder");
  try {
    parse_options({"enigma-sweep", "plan", false, args}, "plan", options);
    return "accepted";
  } catch (const InputError& error) { return error.diagnostics().front().suggestion; }
}

}  // namespace

TEST_CASE("command: an unknown option is refused with the nearest one") {
  CHECK(suggestion_of({"--dat", "x"}) == "did you mean '--data'?");
  CHECK(suggestion_of({"--data", "x"}) == "accepted");
  CHECK(suggestion_of({"--data"}) == "enigma-sweep plan --help");
}

TEST_CASE("command: a list has its words between commas") {
  CHECK(words_of("a,b c,,d") == std::vector<std::string>{"a", "b c", "d"});
  CHECK(words_of("").empty());
}
