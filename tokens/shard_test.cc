#include "tokens/shard.h"

#include "files/atomic_file.h"

#include <doctest/doctest.h>

#include <unistd.h>

namespace fs = std::filesystem;
using namespace enigma;
using namespace enigma::tokens;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("enigma-tokens-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("shard: what was written is read again, from anywhere, of small and large vocabularies") {
  const Folder folder;
  for (const int64_t vocabulary : {256, 70'000}) {
    std::vector<uint32_t> tokens;
    for (uint32_t i = 0; i < 1000; ++i) {
      tokens.push_back(i * 677 % static_cast<uint32_t>(vocabulary));
    }
    write_shard(folder.path, "some", tokens, vocabulary, "a test", 1.25);
    const auto shard = Shard::open(folder.path / "some.safetensors");
    REQUIRE(shard.ok());
    CHECK(shard.value->info().name == "some");
    CHECK(shard.value->info().tokens == 1000);
    CHECK(shard.value->info().vocabulary == vocabulary);
    CHECK(shard.value->info().entropy_nats == 1.25);
    std::vector<int64_t> some(7);
    shard.value->read(993, some);
    for (size_t i = 0; i < 7; ++i) { CHECK(some[i] == tokens[993 + i]); }
  }
  CHECK(shard_files(folder.path).size() == 1);
}

TEST_CASE("shard: what is none says so") {
  const Folder folder;
  CHECK_THROWS_AS(shard_files(folder.path), InputError);
  write_atomically(folder.path / "bad.safetensors", "bytes");
  CHECK_FALSE(Shard::open(folder.path / "bad.safetensors").ok());
  const float number = 1;
  write_safetensors(folder.path / "other.safetensors",
                    {{"tokens", {"F32", {1}, std::as_bytes(std::span(&number, 1))}}});
  const auto other = Shard::open(folder.path / "other.safetensors");
  CHECK_FALSE(other.ok());
  CHECK(other.diagnostics.at(0).message == "the file is no shard of tokens");
}
