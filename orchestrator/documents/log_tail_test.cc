#include "orchestrator/documents/log_tail.h"

#include "files/atomic_file.h"
#include "files/temporary_folder.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::documents;

namespace {

Json tail_of(const std::string& text, size_t lines_max) {
  const TemporaryFolder folder;
  write_atomically(folder.path() / "worker.log", text);
  return *log_tail(folder.path(), 3, lines_max);
}

}  // namespace

TEST_CASE("log: its last lines, and where they begin") {
  const Json tail = tail_of("one\ntwo\nthree\n", 2);
  CHECK(tail["attempt"] == 3);
  CHECK(tail["bytes"] == 14);
  CHECK(tail["from_byte"] == 4);
  CHECK(tail["lines"] == Json::array({"two", "three"}));
  CHECK(tail_of("one\ntwo\nthree\n", 9)["lines"] == Json::array({"one", "two", "three"}));
  CHECK(tail_of("one\n\nthree", 2)["lines"] == Json::array({"", "three"}));
  CHECK(tail_of("", 2)["lines"] == Json::array());
}

TEST_CASE("log: of a long one only whole lines of its end are read") {
  std::string text;
  for (int k = 0; k < 100'000; ++k) { text += "line " + std::to_string(k) + "\n"; }
  const Json tail = tail_of(text, 1'000'000);
  CHECK(tail["lines"].size() < 30'000);
  CHECK(tail["lines"].back() == "line 99999");
  const std::string first = tail["lines"].front();
  CHECK(first.starts_with("line "));
  CHECK(text.substr(tail["from_byte"].get<size_t>()).starts_with(first + "\n"));
}

TEST_CASE("log: there is none before a worker has begun") {
  const TemporaryFolder folder;
  CHECK_FALSE(log_tail(folder.path(), 1, 10));
}
