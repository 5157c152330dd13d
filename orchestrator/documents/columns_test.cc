#include "orchestrator/documents/columns.h"

#include <doctest/doctest.h>

using namespace enigma::documents;

TEST_CASE("aligned: the first column to the left, the others to the right, by characters") {
  CHECK(aligned({{"a", "bb"}, {"größe", "1"}}) == "a      bb\ngröße   1\n");
  CHECK(aligned({}) == "");
}

TEST_CASE("aligned: a wide table gives its spaces first, then its names") {
  const std::string name(60, 'n'), number(15, '1');
  CHECK(aligned({{"a", number, name}}, {}, {2}) == "a  " + number + "  " + name + "\n");
  const std::string wide = number + "23";
  CHECK(aligned({{"a", wide, name}}, {}, {2}) == "a " + wide + " " + name + "\n");
  CHECK(aligned({{"a", wide, name + "é"}}, {}, {2}) == "a " + wide + " " + name.substr(1) + "…\n");
}

TEST_CASE("wrapped: at spaces, the rest indented, a long word whole") {
  const std::string word(39, 'w');
  CHECK(wrapped("one two", 2) == "one two\n");
  CHECK(wrapped(word + " " + word + " x", 2) == word + " " + word + "\n  x\n");
  const std::string longer(90, 'l');
  CHECK(wrapped("a " + longer + " b", 1) == "a\n " + longer + "\n b\n");
}
