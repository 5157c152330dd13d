// Formulas over named numbers: `0.02 * (128 / model.width) ^ 0.5`. What a spec's `derive` holds.
#pragma once

#include "input/expression_reader.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace enigma {

/// A formula that was read once, to be worked out for many points.
class Formula {
 public:
  /// Reads + - * / ^ (binds to the right, and before a sign), parentheses and the functions sqrt,
  /// log (natural), log2, log10, exp, round, floor, ceil of one number and min, max of several,
  /// over numbers and names (in backquotes where they hold other signs than '.' and '_'). Throws
  /// ExpressionFault for what cannot be read, and for a name that is not in `known`.
  static Formula read(std::string_view text, const std::vector<std::string>& known);

  /// The names that it uses, each once.
  const std::vector<std::string>& names() const { return names_; }
  /// Not finite where the formula has no value (a division by 0, the logarithm of −1).
  /// REQUIRES: the values of names(), in their order.
  double value(const std::vector<double>& values) const;

 private:
  friend class FormulaReader;
  enum class Step { number, name, function, negate, add, subtract, multiply, divide, power };
  struct Instruction {
    Step step;
    size_t index = 0;  ///< of a name or a function
    double number = 0;
    size_t arguments = 0;
  };

  std::vector<std::string> names_;
  std::vector<Instruction> instructions_;  ///< operators behind what they are of
};

}  // namespace enigma
