#include "input/condition.h"

#include <array>
#include <cctype>
#include <utility>

namespace enigma {
namespace {

/// Answers that wait for their operator: at most two a level of nesting.
constexpr size_t kStackMax = 4 * kExpressionDepthMax;

const double* number_in(const NamedValue& value) {
  if (const auto* cell = std::get_if<NumberCell>(&value)) { return &cell->number; }
  return std::get_if<double>(&value);
}

const std::string* text_in(const NamedValue& value) {
  if (const auto* cell = std::get_if<NumberCell>(&value)) { return &cell->text; }
  return std::get_if<std::string>(&value);
}

}  // namespace

/// Recursive descent into steps, operators behind what they are of.
class ConditionReader : ExpressionReader {
 public:
  using ExpressionReader::ExpressionReader;

  Condition read() {
    either();
    finish();
    condition_.names_ = std::move(names);
    return std::move(condition_);
  }

 private:
  using Operand = Condition::Operand;
  using Sign = Condition::Sign;
  using Step = Condition::Step;

  void add(Step step) { condition_.steps_.push_back(step); }

  void either() {
    both();
    while (take("||")) {
      both();
      add(Step::disjunction);
    }
  }

  void both() {
    single();
    while (take("&&")) {
      single();
      add(Step::conjunction);
    }
  }

  void single() {
    enter();
    if (take("!")) {
      single();
      add(Step::negation);
    } else if (take("(")) {
      either();
      if (!take(")")) { fail("')'"); }
    } else {
      comparison();
    }
    leave();
  }

  void comparison() {
    Operand left = operand();
    const Sign sign = comparison_sign();
    condition_.comparisons_.push_back({std::move(left), sign, operand()});
    add(Step::comparison);
  }

  Sign comparison_sign() {
    static constexpr std::pair<const char*, Sign> kSigns[] = {
        {"==", Sign::equal},    {"!=", Sign::unequal}, {"<=", Sign::at_most},
        {">=", Sign::at_least}, {"<", Sign::less},     {">", Sign::more}};
    for (const auto& [text, sign] : kSigns) {
      if (take(text)) { return sign; }
    }
    fail("one of == != < <= > >=");
  }

  Operand operand() {
    const char first = peek();
    if (first == '"' || first == '\'') { return NamedValue(quoted()); }
    if (std::isdigit(static_cast<unsigned char>(first)) || first == '-' || first == '.') {
      return NamedValue(number());
    }
    const size_t from = here();
    const std::string name = first == '`' ? quoted() : word("_./");
    if (name.empty()) { fail("a name, a number or text in quotes"); }
    return index_of(name, from);
  }

  Condition condition_;
};

bool Condition::compare(const NamedValue& a, Sign sign, const NamedValue& b) {
  const auto ordered = [sign](const auto& x, const auto& y) {
    switch (sign) {
      case Sign::equal:
        return x == y;
      case Sign::unequal:
        return x != y;
      case Sign::less:
        return x < y;
      case Sign::at_most:
        return x <= y;
      case Sign::more:
        return x > y;
      case Sign::at_least:
        break;
    }
    return x >= y;
  };
  if (number_in(a) && number_in(b)) { return ordered(*number_in(a), *number_in(b)); }
  if (text_in(a) && text_in(b)) { return ordered(*text_in(a), *text_in(b)); }
  return sign == Sign::unequal;
}

Condition Condition::read(std::string_view expression, const std::vector<std::string>& known) {
  return ConditionReader(expression, known).read();
}

bool Condition::holds(const std::vector<NamedValue>& values) const {
  const auto value_of = [&](const Operand& operand) -> const NamedValue& {
    const auto* index = std::get_if<size_t>(&operand);
    return index != nullptr ? values[*index] : std::get<NamedValue>(operand);
  };
  std::array<bool, kStackMax> stack{};
  size_t height = 0, next = 0;
  for (const Step step : steps_) {
    if (step == Step::comparison) {
      const Comparison& one = comparisons_[next++];
      stack[height++] = compare(value_of(one.left), one.sign, value_of(one.right));
    } else if (step == Step::negation) {
      stack[height - 1] = !stack[height - 1];
    } else {
      const bool right = stack[--height];
      bool& left = stack[height - 1];
      left = step == Step::conjunction ? left && right : left || right;
    }
  }
  return stack[0];
}

ConditionResult evaluate(std::string_view expression, const NamedValues& values) {
  std::vector<std::string> known;
  for (const auto& [name, value] : values) { known.push_back(name); }
  try {
    const Condition condition = Condition::read(expression, known);
    std::vector<NamedValue> used;
    for (const std::string& name : condition.names()) { used.push_back(values.at(name)); }
    return {condition.holds(used), std::nullopt};
  } catch (const ConditionFault& fault) { return {false, fault}; }
}

}  // namespace enigma
