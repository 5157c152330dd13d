#include "orchestrator/launch/options.h"

#include <doctest/doctest.h>

using namespace enigma::launch;

TEST_CASE("cpus: a list of numbers and ranges is expanded, anything else is empty") {
  CHECK(parse_cpus("0,2-4") == std::vector<int>{0, 2, 3, 4});
  CHECK(parse_cpus("7") == std::vector<int>{7});
  for (const char* wrong : {"", "a", "1-", "3-1", "-1", "1,,2", "0-99999"}) {
    CAPTURE(wrong);
    CHECK(parse_cpus(wrong).empty());
  }
}

TEST_CASE("options: what is needed is taken, what is unknown is named") {
  std::string why;
  const auto options =
      parse_options({"--run", "ab", "--run-dir", "/r", "--token", "t", "--worker", "/w", "--cpus",
                     "1-2", "--grace-s", "2.5", "--nodes", "1,2", "--ranks-per-node", "4"},
                    why);
  REQUIRE(options);
  CHECK(options->run == "ab");
  CHECK(options->cpus == std::vector<int>{1, 2});
  CHECK(options->grace_s == doctest::Approx(2.5));
  CHECK(options->nodes == std::vector<int64_t>{1, 2});
  CHECK(has_several_ranks(*options));
  CHECK_FALSE(has_several_ranks({}));
  CHECK_FALSE(parse_options({"--nodes", "0"}, why));
  CHECK_FALSE(parse_options({"--nodes", "2,"}, why));
  CHECK_FALSE(parse_options({"--rum", "ab"}, why));
  CHECK(why.find("--rum") != std::string::npos);
  CHECK_FALSE(parse_options({"--run"}, why));
  CHECK_FALSE(parse_options({"--run", "ab"}, why));
  CHECK_FALSE(parse_options({"--grace-s", "-1"}, why));
}

TEST_CASE("options: those of srun are gathered, and a single rank is then started by it, too") {
  std::string why;
  const auto options =
      parse_options({"--run", "ab", "--run-dir", "/r", "--token", "t", "--worker", "/w", "--srun",
                     "--container-image=a b", "--srun", "--mpi=none"},
                    why);
  REQUIRE(options);
  CHECK(options->srun == std::vector<std::string>{"--container-image=a b", "--mpi=none"});
  CHECK_FALSE(has_several_ranks(*options));
  CHECK(is_started_by_rank(*options));
  CHECK_FALSE(is_started_by_rank({}));
  CHECK_FALSE(parse_options({"--srun", "hostname"}, why));
}
