#include "orchestrator/serve/query.h"

#include <doctest/doctest.h>

#include <string>

using namespace enigma;
using answers::Query;

namespace {

Query query_of(const std::string& text) {
  return Query({"GET", "/", text, "", ""});
}

std::vector<Diagnostic> wrong_in(const Query& query) {
  try {
    query.check();
  } catch (const InputError& wrong) { return wrong.diagnostics(); }
  return {};
}

}  // namespace

TEST_CASE("query: a number is taken up to its bounds, and refused beyond them") {
  Query query = query_of("a=0&b=7&c=8&d=-1&e=1e3&f=&g=99999999999999999999");
  CHECK(query.number("a", 7) == 0);
  CHECK(query.number("b", 7) == 7);
  CHECK_FALSE(query.number("f", 7));
  CHECK_FALSE(query.number("absent", 7));
  CHECK(wrong_in(query).empty());
  for (const char* key : {"c", "d", "e", "g"}) { CHECK_FALSE(query.number(key, 7)); }
  const auto wrong = wrong_in(query);
  REQUIRE(wrong.size() == 4);  // all of them together
  CHECK(wrong[0].pointer == "/c");
  CHECK(wrong[0].found == "8");
  CHECK(wrong[0].expected == "a whole number from 0 to 7");
}

TEST_CASE("query: a word and a list are taken whole or refused") {
  Query query = query_of("w=a%2Cb&list=x,,y&long=12345&many=1,2,3");
  CHECK(query.word("w") == "a,b");
  CHECK_FALSE(query.word("absent"));
  CHECK(query.words("list", 2) == std::vector<std::string>{"x", "y"});
  CHECK_FALSE(query.words("absent", 2));
  CHECK(wrong_in(query).empty());
  CHECK_FALSE(query.word("long", 4));
  CHECK_FALSE(query.words("many", 2));
  CHECK(wrong_in(query).size() == 2);
}
