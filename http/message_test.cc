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

TEST_CASE("cookie: values are found by their whole name") {
  CHECK(cookie_value("a=1; enigma_x=23; b=", "enigma_x") == "23");
  CHECK(cookie_value("enigma_x=23", "enigma_x") == "23");
  CHECK(cookie_value("b=;enigma_x=4=5", "enigma_x") == "4=5");
  CHECK(cookie_value("a=1; b=", "b") == "");
  CHECK_FALSE(cookie_value("xenigma_x=23; y=enigma_x", "enigma_x"));
  CHECK_FALSE(cookie_value("", "enigma_x"));
  CHECK_FALSE(cookie_value("; ;;", "enigma_x"));
}
