#include "files/safetensors.h"

#include "files/atomic_file.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace enigma;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("enigma-safetensors-" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

std::string file_of(const std::string& header, size_t data_bytes, uint64_t length_extra = 0) {
  const uint64_t length = header.size() + length_extra;
  std::string content(8, '\0');
  std::memcpy(content.data(), &length, 8);
  return content + header + std::string(data_bytes, 'x');
}

void refuses(const fs::path& path, const std::string& content) {
  write_atomically(path, content);
  CHECK_THROWS_AS(Safetensors{path}, std::runtime_error);
}

std::string one_tensor(const std::string& shape, const std::string& offsets) {
  return R"({"a":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

}  // namespace

TEST_CASE("safetensors: tensors and metadata survive the round trip") {
  const Folder folder;
  const std::vector<float> a{1, 2, 3, 4, 5, 6};
  const std::vector<int64_t> b{7};
  write_safetensors(folder.path / "f",
                    {{"a", {"F32", {2, 3}, std::as_bytes(std::span(a))}},
                     {"b", {"I64", {}, std::as_bytes(std::span(b))}},
                     {"none", {"F32", {0, 3}, {}}}},
                    {{"step", "3"}});
  const Safetensors read(folder.path / "f");
  CHECK(read.tensors().size() == 3);
  CHECK(read.metadata().at("step") == "3");
  CHECK(read.at("a").shape == std::vector<int64_t>{2, 3});
  CHECK(std::memcmp(read.at("a").bytes.data(), a.data(), 24) == 0);
  CHECK(read.at("b").shape.empty());
  CHECK(read.at("none").bytes.empty());
  CHECK_THROWS_AS(read.at("c"), std::runtime_error);
}

TEST_CASE("safetensors: a torn or lying file is refused") {
  const Folder folder;
  const fs::path path = folder.path / "f";
  write_atomically(path, file_of(one_tensor("[2]", "[0,8]"), 8));
  CHECK(Safetensors(path).at("a").bytes.size() == 8);
  refuses(path, "");
  refuses(path, "1234567");
  refuses(path, file_of(one_tensor("[2]", "[0,8]"), 7));
  refuses(path, file_of(one_tensor("[2]", "[0,8]"), 9));
  refuses(path, file_of(one_tensor("[2]", "[0,8]"), 8, 1000));
  refuses(path, file_of(one_tensor("[2]", "[0,8]"), 8, ~uint64_t{0} - 100));
  refuses(path, file_of(one_tensor("[3]", "[0,8]"), 8));
  refuses(path, file_of(one_tensor("[2]", "[8,0]"), 8));
  refuses(path, file_of(one_tensor("[2]", "[4,12]"), 12));
  refuses(path, file_of(one_tensor("[-2]", "[0,8]"), 8));
  refuses(path, file_of(one_tensor("[4611686018427387904,4]", "[0,0]"), 0));
  refuses(path, file_of(one_tensor("[2]", "[18446744073709551608,18446744073709551615]"), 8));
  refuses(path, file_of(R"({"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}})", 8));
  refuses(path, file_of(R"({"a":1})", 0));
  refuses(path, file_of("[1]", 0));
  CHECK_THROWS_AS(Safetensors{folder.path / "absent"}, std::system_error);
}

TEST_CASE("safetensors: files of other writers are read") {
  const char* shared = std::getenv("ENIGMA_SHARED");
  const fs::path golden = fs::path(shared ? shared : "../shared") / "golden";
  if (!fs::exists(golden / "tiny_weights.safetensors")) {
    std::printf("SKIP: safetensors: files of other writers are read: no %s\n", golden.c_str());
    return;
  }
  const Safetensors weights(golden / "tiny_weights.safetensors");
  CHECK(weights.at("enc.attention.wq.weight").shape == std::vector<int64_t>{32, 32});
}
