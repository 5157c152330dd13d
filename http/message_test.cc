#include "http/message.h"

#include <doctest/doctest.h>

using namespace enigma::http;

TEST_CASE("percent: decoding undoes encoding, broken escapes stay") {
  const std::string text = "a b/ü&=%+~";
  CHECK(percent_decoded(percent_encoded(text)) == text);
  CHECK(percent_decoded("%4") == "%4");
  CHECK(percent_decoded("%zz") == "%zz");
  CHECK(percent_decoded("a+b", true) == "a b");
  CHECK(percent_decoded("a+b") == "a+b");
}

TEST_CASE("query: values are found by key") {
  CHECK(query_value("after=12&csv", "after") == "12");
  CHECK(query_value("after=12&csv", "csv") == "");
  CHECK_FALSE(query_value("after=12", "aft"));
  CHECK_FALSE(query_value("", "after"));
}
