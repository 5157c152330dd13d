#include "orchestrator/attempts/environment.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdlib>
#include <sys/stat.h>

using namespace enigma::attempts;
namespace fs = std::filesystem;

TEST_CASE("environment: what belongs to the submitter's session stays there") {
  const std::array<const char*, 8> variables = {"PATH=/bin",        "A=b=c",          "PWD=/gone",
                                                "SSH_AUTH_SOCK=/x", "SLURM_JOB_ID=7", "BAD=\xff",
                                                "ENIGMA_FAKE=",     nullptr};
  CHECK(environment_of(variables.data()) ==
        Environment{{"A", "b=c"}, {"ENIGMA_FAKE", ""}, {"PATH", "/bin"}});
  CHECK(variables_of({{"A", "b=c"}}) == std::vector<std::string>{"A=b=c"});
}

TEST_CASE("environment: kept for its owner alone, and secrets are in no listing") {
  std::string name = (fs::temp_directory_path() / "enigma-environment-XXXXXX").string();
  const fs::path store = ::mkdtemp(name.data());
  const Environment environment = {{"WANDB_API_KEY", "k"},
                                   {"hf_token", "t"},
                                   {"https_proxy", "http://me:word@proxy:1"},
                                   {"PATH", "/bin"}};
  CHECK_FALSE(kept_environment(store, "e1"));
  keep_environment(store, "e1", environment);
  CHECK(kept_environment(store, "e1") == environment);
  struct stat info {};
  REQUIRE(::stat((store / "environments/e1.json").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  const auto list = listed(environment);
  CHECK(list["PATH"] == "/bin");
  for (const char* secret : {"WANDB_API_KEY", "hf_token", "https_proxy"}) {
    CAPTURE(secret);
    CHECK(list[secret] == "(hidden)");
  }
  fs::remove_all(store);
}
