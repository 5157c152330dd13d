#include "orchestrator/page/page.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <set>
#include <string>

using namespace enigma;

TEST_CASE("page: every file has a type and a mark of its own") {
  std::set<std::string> etags;
  for (const page::File& file : page::files()) {
    CAPTURE(std::string(file.path));
    CHECK(page::file(file.path) == &file);
    CHECK(file.etag.starts_with('"'));
    CHECK(file.etag.ends_with('"'));
    CHECK(etags.insert(std::string(file.etag)).second);
    CHECK_FALSE(file.type.empty());
    CHECK_FALSE(file.content.empty());
    CHECK((file.content.substr(0, 2) == "\x1f\x8b") == file.compressed);
  }
  CHECK(page::file("nothing") == nullptr);
  CHECK(page::file("") == nullptr);
}

TEST_CASE("page: it begins with its index, and is small enough for a slow line") {
  if (page::files().empty()) {
    std::puts("SKIP: page: this build has none");
    return;
  }
  REQUIRE(page::file("index.html") != nullptr);
  CHECK(page::file("index.html")->type == "text/html; charset=utf-8");
  size_t bytes = 0;
  for (const page::File& file : page::files()) { bytes += file.content.size(); }
  CHECK(bytes < 400'000);
}
