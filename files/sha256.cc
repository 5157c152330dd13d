#include "files/sha256.h"

#include "diagnostics/check.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <system_error>
#include <vector>

namespace enigma {
struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest{EVP_MD_CTX_new(),
                                                                 &EVP_MD_CTX_free};
};

namespace {

void begin(EVP_MD_CTX* digest) {
  ENIGMA_CHECK(digest != nullptr && EVP_DigestInit_ex(digest, EVP_sha256(), nullptr) == 1,
               "OpenSSL has no SHA-256");
}

std::string hex_of(EVP_MD_CTX* context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  EVP_DigestFinal_ex(context, digest.data(), &length);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(2 * size_t{length}, '0');
  for (unsigned i = 0; i < length; ++i) {
    text[2 * i] = kDigits[digest[i] >> 4];
    text[2 * i + 1] = kDigits[digest[i] & 15];
  }
  return text;
}

}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  begin(context_->digest.get());
}

Sha256::~Sha256() = default;

void Sha256::update(const void* bytes, size_t count) {
  EVP_DigestUpdate(context_->digest.get(), bytes, count);
}

std::string Sha256::hex() {
  return hex_of(context_->digest.get());
}

std::string sha256(std::string_view bytes) {
  // Kept: for a short text, making a context takes as long as the digest.
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
      EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  begin(context.get());
  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
  return hex_of(context.get());
}

std::string sha256_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) { throw std::system_error(errno, std::generic_category(), path.string()); }
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         file.gcount() > 0) {
    hash.update(buffer.data(), static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) { throw std::system_error(EIO, std::generic_category(), path.string()); }
  return hash.hex();
}

}  // namespace enigma
