#include "input/formula.h"

#include "diagnostics/nearest.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <span>
#include <utility>

namespace enigma {
namespace {

using Arguments = std::span<const double>;

struct Function {
  const char* name;
  bool of_several;
  double (*value)(Arguments arguments);
};

constexpr size_t kArgumentsMax = 16;

const std::vector<Function>& functions() {
  static const std::vector<Function> table = {
      {"sqrt", false, [](Arguments x) { return std::sqrt(x[0]); }},
      {"log", false, [](Arguments x) { return std::log(x[0]); }},
      {"log2", false, [](Arguments x) { return std::log2(x[0]); }},
      {"log10", false, [](Arguments x) { return std::log10(x[0]); }},
      {"exp", false, [](Arguments x) { return std::exp(x[0]); }},
      {"round", false, [](Arguments x) { return std::round(x[0]); }},
      {"floor", false, [](Arguments x) { return std::floor(x[0]); }},
      {"ceil", false, [](Arguments x) { return std::ceil(x[0]); }},
      {"min", true, [](Arguments x) { return *std::min_element(x.begin(), x.end()); }},
      {"max", true, [](Arguments x) { return *std::max_element(x.begin(), x.end()); }}};
  return table;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const Function& function : functions()) { names.emplace_back(function.name); }
  return names;
}

}  // namespace

/// Recursive descent into instructions, operators behind what they are of.
class FormulaReader : ExpressionReader {
 public:
  using ExpressionReader::ExpressionReader;

  Formula read() {
    sum();
    finish();
    formula_.names_ = std::move(names);
    return std::move(formula_);
  }

 private:
  using Step = Formula::Step;

  void add(Formula::Instruction instruction) { formula_.instructions_.push_back(instruction); }

  void sum() {
    product();
    for (;;) {
      const Step step = take("+") ? Step::add : take("-") ? Step::subtract : Step::number;
      if (step == Step::number) { return; }
      product();
      add({step});
    }
  }

  void product() {
    factor();
    for (;;) {
      const Step step = take("*") ? Step::multiply : take("/") ? Step::divide : Step::number;
      if (step == Step::number) { return; }
      factor();
      add({step});
    }
  }

  void factor() {
    enter();
    if (take("-")) {
      factor();
      add({Step::negate});
    } else {
      atom();
      if (take("^")) {
        factor();
        add({Step::power});
      }
    }
    leave();
  }

  void atom() {
    const char first = peek();
    if (take("(")) {
      sum();
      if (!take(")")) { fail("')'"); }
    } else if (std::isdigit(static_cast<unsigned char>(first)) || first == '.') {
      add({.step = Step::number, .number = number()});
    } else {
      name_or_function(first == '`');
    }
  }

  void name_or_function(bool is_quoted) {
    const size_t from = here();
    const std::string name = is_quoted ? quoted() : word("_.");
    if (name.empty()) { fail("a number, a name, a function or '('"); }
    if (!is_quoted && peek() == '(') { return function(name, from); }
    add({.step = Step::name, .index = index_of(name, from)});
  }

  void function(const std::string& name, size_t from) {
    const std::vector<std::string> known = function_names();
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) { fail_at(from, "a function", suggest_name(name, known)); }
    const auto index = static_cast<size_t>(found - known.begin());
    const bool of_several = functions()[index].of_several;
    take("(");
    size_t count = 0;
    do {
      if (count == (of_several ? kArgumentsMax : 1)) { fail("')'"); }
      sum();
      ++count;
    } while (take(","));
    if (!take(")")) { fail(of_several ? "',' or ')'" : "')'"); }
    add({.step = Step::function, .index = index, .arguments = count});
  }

  Formula formula_;
};

Formula Formula::read(std::string_view text, const std::vector<std::string>& known) {
  return FormulaReader(text, known).read();
}

namespace {

/// What an operator makes of two numbers.
template <typename Step>
double combined(double left, Step step, double right) {
  switch (step) {
    case Step::add:
      return left + right;
    case Step::subtract:
      return left - right;
    case Step::multiply:
      return left * right;
    case Step::divide:
      return left / right;
    default:
      return std::pow(left, right);
  }
}

}  // namespace

double Formula::value(const std::vector<double>& values) const {
  std::vector<double> stack(instructions_.size());
  size_t height = 0;
  for (const Instruction& one : instructions_) {
    if (one.step == Step::number) {
      stack[height++] = one.number;
    } else if (one.step == Step::name) {
      stack[height++] = values[one.index];
    } else if (one.step == Step::negate) {
      stack[height - 1] = -stack[height - 1];
    } else if (one.step == Step::function) {
      height -= one.arguments;
      stack[height] = functions()[one.index].value({&stack[height], one.arguments});
      ++height;
    } else {
      --height;
      stack[height - 1] = combined(stack[height - 1], one.step, stack[height]);
    }
  }
  return stack[0];
}

}  // namespace enigma
