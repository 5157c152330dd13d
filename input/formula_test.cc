#include "input/formula.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace enigma;

namespace {

const std::vector<std::string> kKnown = {"model.width", "train.lanes", "a-b"};

double value_of(std::string_view text) {
  const Formula formula = Formula::read(text, kKnown);
  std::vector<double> values;
  for (const std::string& name : formula.names()) {
    values.push_back(name == "model.width" ? 64 : name == "train.lanes" ? 4 : 10);
  }
  return formula.value(values);
}

ExpressionFault fault_of(std::string_view text) {
  try {
    Formula::read(text, kKnown);
  } catch (const ExpressionFault& fault) { return fault; }
  FAIL("read: " << text);
  return {};
}

}  // namespace

TEST_CASE("formula: products bind before sums, powers before signs and to the right") {
  CHECK(value_of("1 + 2 * 3 - 4 / 2") == 5);
  CHECK(value_of("(1 + 2) * 3") == 9);
  CHECK(value_of("2 - 3 - 4") == -5);
  CHECK(value_of("8 / 4 / 2") == 1);
  CHECK(value_of("-2 ^ 2") == -4);
  CHECK(value_of("2 ^ -1") == 0.5);
  CHECK(value_of("2 ^ 3 ^ 2") == 512);
  CHECK(value_of("1e-3 * 2.5e1") == doctest::Approx(0.025));
}

TEST_CASE("formula: names and functions") {
  CHECK(value_of("model.width / train.lanes + `a-b`") == 26);
  CHECK(value_of("model.width * model.width") == 4096);
  CHECK(value_of("sqrt(model.width)") == 8);
  CHECK(value_of("log(exp(2)) + log2(8) + log10(100)") == doctest::Approx(7));
  CHECK(value_of("min(3, model.width, 2) + max(1, 5)") == 7);
  CHECK(value_of("round(2.5) + floor(2.7) + ceil(2.1)") == 8);
  CHECK(value_of("0.02 * (256 / model.width) ^ 0.5") == doctest::Approx(0.04));
}

TEST_CASE("formula: what has no value is not finite") {
  CHECK_FALSE(std::isfinite(value_of("1 / (train.lanes - 4)")));
  CHECK_FALSE(std::isfinite(value_of("log(-1)")));
}

TEST_CASE("formula: faults name the place, what was expected and the nearest name") {
  const auto misspelt = fault_of("2 * model.widht");
  CHECK(misspelt.offset == 4);
  CHECK(misspelt.suggestion == "did you mean 'model.width'?");
  CHECK(fault_of("sqr(2)").suggestion == "did you mean 'sqrt'?");
  CHECK(fault_of("sqrt(2, 3)").expected == "')'");
  CHECK(fault_of("min(2, 3").expected == "',' or ')'");
  CHECK(fault_of("2 +").found == "the end");
  CHECK(fault_of("2 3").expected == "an operator or the end");
  CHECK(fault_of("").offset == 0);
  CHECK(fault_of(std::string(5000, '(')).expected == "fewer nested parentheses");
  CHECK(fault_of(std::string(5000, '-')).expected == "fewer nested parentheses");
}

TEST_CASE("formula: random text is a fault or a value, never more") {
  std::mt19937 random(5);
  const std::string letters = "minsqrt model.width()+-*/^,.1e`";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (size_t length = random() % 24; length > 0; --length) {
      text += letters[random() % letters.size()];
    }
    try {
      value_of(text);
    } catch (const ExpressionFault& fault) { CHECK(fault.offset <= text.size()); }
  }
}
