#include "orchestrator/attempts/secret.h"

#include "files/atomic_file.h"
#include "orchestrator/launch/durable.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cerrno>
#include <sys/random.h>
#include <system_error>
#include <vector>

namespace enigma::attempts {
namespace {

constexpr size_t kSecretBytes = 32;

template <typename Bytes>
std::string hex(const Bytes& bytes, size_t count) {
  std::string digits;
  for (size_t i = 0; i < count; ++i) { digits += fmt::format("{:02x}", bytes[i]); }
  return digits;
}

}  // namespace

std::string random_hex(size_t bytes) {
  std::vector<unsigned char> random(bytes);
  for (size_t got = 0; got < bytes;) {
    const ssize_t now = ::getrandom(random.data() + got, bytes - got, 0);
    if (now < 0 && errno == EINTR) { continue; }
    if (now < 0) { throw std::system_error(errno, std::generic_category(), "getrandom"); }
    got += static_cast<size_t>(now);
  }
  return hex(random, bytes);
}

std::string hmac_sha256(const std::string& key, const std::string& message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
       &length);
  return hex(digest, length);
}

bool same_secret(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string secret_of_store(const std::filesystem::path& store) {
  const std::string path = (store / "secret").string();
  if (const auto secret = launch::read_small(path); secret && !secret->empty()) { return *secret; }
  const std::string secret = random_hex(kSecretBytes);
  if (!launch::write_whole(path, secret, 0600)) {
    throw std::system_error(errno, std::generic_category(), path);
  }
  return secret;
}

std::string bearer_of(const std::string& secret, const std::string& token) {
  return hmac_sha256(secret, "report " + token);
}

}  // namespace enigma::attempts
