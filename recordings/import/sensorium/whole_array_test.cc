#include "recordings/import/sensorium/whole_array.h"

#include "recordings/format/output_file.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

#include <bit>
#include <cstring>

namespace enigma::recordings::importer::sensorium {
namespace {

std::string file_of(const std::string& descr, const std::string& fortran, const std::string& shape,
                    const std::string& data) {
  const std::string header =
      "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': (" + shape + "), }\n";
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size());
  bytes += '\0';
  return bytes + header + data;
}

Parsed<WholeArray> read(const std::string& bytes) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a.npy", bytes);
  return read_whole_array(folder.path() / "a.npy");
}

}  // namespace

TEST_CASE("whole array: column-major and big-endian numbers come out row-major and native") {
  std::string data;
  for (const int16_t number : {1, 4, 2, 5, 3, 6}) {
    data += static_cast<char>(number >> 8);
    data += static_cast<char>(number & 0xff);
  }
  const auto array = read(file_of(">i2", "True", "2, 3", data));
  REQUIRE(array.ok());
  for (int64_t i = 0; i < 6; ++i) { CHECK(array.value->number(i) == double(i + 1)); }
}

TEST_CASE("whole array: numpy's unicode becomes UTF-8") {
  std::string data(16, '\0');
  const uint32_t text[] = {'V', 0xb5, 'L', 0};
  std::memcpy(data.data(), text, sizeof text);
  const auto array = read(file_of("<U2", "False", "2,", data));
  REQUIRE(array.ok());
  CHECK(array.value->texts == std::vector<std::string>{"V\xc2\xb5", "L"});
}

TEST_CASE("whole array: what cannot be believed is refused by field") {
  const auto field = [](const std::string& bytes) {
    const auto array = read(bytes);
    REQUIRE(!array.ok());
    return array.diagnostics.at(0).pointer;
  };
  CHECK(field("not numpy at all") == "header");
  CHECK(field(file_of("|O", "False", "2,", "")) == "descr");
  CHECK(field(file_of("<U0", "False", "1000000000000,", "")) == "descr");
  CHECK(field(file_of("<f4", "Maybe", "2,", "12345678")) == "fortran_order");
  CHECK(field(file_of("<f4", "False", "-2,", "12345678")) == "shape");
  CHECK(field(file_of("<f4", "False", "1000000000000, 1000000000000", "")) == "shape");
  CHECK(field(file_of("<f4", "False", "3,", "12345678")) == "data");
}

}  // namespace enigma::recordings::importer::sensorium
