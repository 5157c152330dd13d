#include "sweeps/law/table/cell_number.h"

#include "sweeps/law/table/decimals.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace enigma;
using namespace enigma::law;

TEST_CASE("cell number: what cells spell, and what they do not") {
  CHECK(number_of(" +1.5e3 ") == 1500);
  CHECK(number_of("6e+16") == 6e16);
  CHECK(number_of("2,5") == 2.5);
  CHECK(number_of("-1,8e+17") == -1.8e17);
  CHECK(std::isnan(*number_of("NaN")));
  CHECK(std::isinf(*number_of("-Infinity")));
  CHECK(number_of("1e-400") == 0);
  CHECK(number_of("-1e400") == -std::numeric_limits<double>::infinity());
  CHECK(number_of("1e-310") == 1e-310);
  for (const char* text : {"", "x", "1,234,567", "1.234,56", "1 000", "1e", "++1", ",5", "30M",
                           "1,"
                           "x"}) {
    CAPTURE(text);
    CHECK_FALSE(number_of(text));
  }
}

TEST_CASE("cell number: the mark of decimals") {
  CHECK(cell_number("10")->mark == DecimalMark::none);
  CHECK(cell_number("1.0")->mark == DecimalMark::point);
  for (const char* text : {"10000000,0", "2,5", "0,125", "1,8e+17", "1234,567", "2,3456"}) {
    CHECK(cell_number(text)->mark == DecimalMark::comma);
  }
  for (const char* text : {"3,125", "-12,000", "999,999"}) {
    CHECK(cell_number(text)->mark == DecimalMark::comma_or_thousands);
  }
}

TEST_CASE("decimals: a comma is read where the file's numbers leave no doubt of it") {
  const auto doubt = [](std::initializer_list<const char*> cells) {
    Decimals decimals;
    int line = 1;
    for (const char* text : cells) { note(decimals, {text, ++line, 1}, cell_number(text)->mark); }
    return doubt_of(decimals, "t.csv");
  };
  CHECK_FALSE(doubt({"1.5", "2"}));
  CHECK_FALSE(doubt({"3,125", "2,5", "6e16"}));
  REQUIRE(doubt({"7", "3,125"}));
  CHECK(doubt({"7", "3,125"})->line == 3);
  CHECK(doubt({"7", "3,125"})->message.find("decimals or thousands") != std::string::npos);
  REQUIRE(doubt({"2.5", "1,5"}));
  CHECK(doubt({"2.5", "1,5"})->found == "'1,5', and '2.5' in line 2");
}

TEST_CASE("cell number: the true cause why a number stands on no axis") {
  const auto fault = [](const char* cell) {
    return fault_of(cell, number_of(cell).value_or(NAN)).value_or("");
  };
  CHECK(fault("") == "is empty");
  CHECK(fault("nan") == "is not a number");
  CHECK(fault("inf") == "is infinite");
  CHECK(fault("-inf") == "is infinite");
  CHECK(fault("0.0e7") == "is zero");
  CHECK(fault("-1") == "is negative");
  CHECK(fault("1e-400").find("1e-400, nearer to zero than the smallest double") == 3);
  CHECK(fault("-1e400").find("-1e400, beyond the largest double") == 3);
  CHECK(fault("1") == "");
}
