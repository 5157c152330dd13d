// Conditions over named values: `neurons >= 200 && species == "mouse"`. One small language for
// every condition that a spec or a command line may hold.
#pragma once

#include "input/expression_reader.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace enigma {

/// A cell of a file that reads as a number: compared as one with numbers, as text with text.
struct NumberCell {
  double number = 0;
  std::string text;
};

/// A name's value; monostate = unknown, which no comparison but `!=` holds for.
using NamedValue = std::variant<std::monostate, double, std::string, NumberCell>;
using NamedValues = std::map<std::string, NamedValue>;

using ConditionFault = ExpressionFault;

/// A condition that was read once, to be asked of many points or rows.
class Condition {
 public:
  /// Reads || && ! == != < <= > >= and parentheses over names (in backquotes where they hold spaces
  /// or signs), numbers and text in quotes. A number and a text are never equal. Throws
  /// ConditionFault for what cannot be read, and for a name that is not in `known`.
  static Condition read(std::string_view expression, const std::vector<std::string>& known);

  /// The names that it uses, each once.
  const std::vector<std::string>& names() const { return names_; }
  /// REQUIRES: the values of names(), in their order.
  bool holds(const std::vector<NamedValue>& values) const;

 private:
  friend class ConditionReader;
  /// An index of a name, or a value as it is.
  using Operand = std::variant<size_t, NamedValue>;
  enum class Sign { equal, unequal, less, at_most, more, at_least };
  struct Comparison {
    Operand left;
    Sign sign;
    Operand right;
  };
  enum class Step { comparison, negation, conjunction, disjunction };

  static bool compare(const NamedValue& a, Sign sign, const NamedValue& b);

  std::vector<std::string> names_;
  std::vector<Comparison> comparisons_;  ///< in the order in which steps take them
  std::vector<Step> steps_;              ///< operators behind what they are of
};

struct ConditionResult {
  bool holds = false;
  std::optional<ConditionFault> fault;
};

/// Reads and asks at once: the names are those of `values`. A fault is found whatever they are.
ConditionResult evaluate(std::string_view expression, const NamedValues& values);

}  // namespace enigma
