#include "diagnostics/printable.h"

#include <doctest/doctest.h>

using namespace enigma;

TEST_CASE("printable: what is UTF-8, and what only looks like it") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("aü€😀"));
  for (const char* wrong : {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    CHECK_FALSE(is_utf8(wrong));
  }
}

TEST_CASE("printable: controls and torn characters are written out, letters stay") {
  CHECK(printable("plain ü€😀") == "plain ü€😀");
  CHECK(printable("a\nb\x1b[31m\x7f") == "a\\x0ab\\x1b[31m\\x7f");
  CHECK(printable("\xff\xc3") == "\\xff\\xc3");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");
  CHECK(printable(std::string_view("\0", 1)) == "\\x00");
}
