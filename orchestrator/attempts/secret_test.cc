#include "orchestrator/attempts/secret.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <sys/stat.h>

using namespace enigma::attempts;
namespace fs = std::filesystem;

TEST_CASE("hmac: the first case of RFC 4231") {
  CHECK(hmac_sha256(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST_CASE("secret: made once, readable by its owner alone; bearers differ by submission") {
  std::string name = (fs::temp_directory_path() / "enigma-secret-XXXXXX").string();
  const fs::path store = ::mkdtemp(name.data());
  const std::string secret = secret_of_store(store);
  CHECK(secret.size() == 64);
  CHECK(secret_of_store(store) == secret);
  struct stat info {};
  REQUIRE(::stat((store / "secret").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(bearer_of(secret, "a") != bearer_of(secret, "b"));
  fs::remove_all(store);
}

TEST_CASE("secret: comparison is by content") {
  CHECK(same_secret("abc", "abc"));
  CHECK_FALSE(same_secret("abc", "abd"));
  CHECK_FALSE(same_secret("abc", "abcd"));
}
