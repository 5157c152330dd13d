#include "input/condition.h"

#include <doctest/doctest.h>

#include <random>

using namespace enigma;

namespace {

const NamedValues kMouse = {{"neurons", 120.0},
                            {"hours", 0.5},
                            {"species", std::string("mouse")},
                            {"animal", std::monostate()},
                            {"model.size", std::string("20M")},
                            {"rest, mean", NumberCell{10, "1e1"}}};

bool holds(std::string_view expression) {
  const auto result = evaluate(expression, kMouse);
  CHECK_FALSE(result.fault);
  return result.holds;
}

}  // namespace

TEST_CASE("condition: comparisons bind before !, ! before &&, && before ||") {
  CHECK(holds("neurons >= 120 && hours < 1"));
  CHECK(holds("neurons > 500 || species == 'mouse'"));
  CHECK(holds("neurons > 500 && hours > 1 || species == \"mouse\""));
  CHECK_FALSE(holds("neurons > 500 && (hours > 1 || species == \"mouse\")"));
  CHECK(holds("!(neurons > 500) && !neurons < 100"));
  CHECK(holds("model.size == '20M'"));
  CHECK(holds("1e2 < neurons"));
}

TEST_CASE("condition: an unknown value and a value of another type equal nothing") {
  CHECK_FALSE(holds("animal == 'm1'"));
  CHECK(holds("animal != 'm1'"));
  CHECK_FALSE(holds("neurons == '120'"));
  CHECK_FALSE(holds("neurons < 'mouse'"));
}

TEST_CASE("condition: a cell that reads as a number is one among numbers, and text among text") {
  CHECK(holds("`rest, mean` == 10"));
  CHECK(holds("`rest, mean` < neurons"));
  CHECK(holds("`rest, mean` == '1e1'"));
  CHECK_FALSE(holds("`rest, mean` == '10'"));
  CHECK_FALSE(holds("`rest, mean` == animal"));
  CHECK(evaluate("`rest` > 1", kMouse).fault->offset == 0);
  CHECK(evaluate("`rest > 1", kMouse).fault->expected == "a closing `");
}

TEST_CASE("condition: faults name the place, what was expected and the nearest name") {
  const auto misspelt = evaluate("hours > 1 && neurns > 3", kMouse);
  REQUIRE(misspelt.fault);
  CHECK(misspelt.fault->offset == 13);
  CHECK(misspelt.fault->suggestion == "did you mean 'neurons'?");
  CHECK(evaluate("neurons", kMouse).fault->expected == "one of == != < <= > >=");
  CHECK(evaluate("neurons == ", kMouse).fault->found == "the end");
  CHECK(evaluate("(neurons > 1", kMouse).fault->expected == "')'");
  CHECK(evaluate("species == 'x", kMouse).fault);
  CHECK(evaluate("neurons > 1 1", kMouse).fault->expected == "an operator or the end");
  CHECK(evaluate("", kMouse).fault);
  CHECK(evaluate(std::string(5000, '('), kMouse).fault);
}

TEST_CASE("condition: random text is a fault or an answer, never more") {
  std::mt19937 random(3);
  const std::string letters = "neurons hours()!&|=<>'\"1.e-";
  for (int i = 0; i < 5'000; ++i) {  // an exception each: slow under sanitizers
    std::string text;
    for (size_t length = random() % 24; length > 0; --length) {
      text += letters[random() % letters.size()];
    }
    const auto result = evaluate(text, kMouse);
    CHECK((!result.fault || result.fault->offset <= text.size()));
  }
}
