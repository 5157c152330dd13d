// Conditions over named values: `neurons >= 200 && species == "mouse"`. One small language for
// every expression that a spec or a command line may hold.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace enigma {

/// A cell of a file that reads as a number: compared as one with numbers, as text with text.
struct NumberCell {
  double number = 0;
  std::string text;
};

/// A name's value; monostate = unknown, which no comparison but `!=` holds for.
using NamedValue = std::variant<std::monostate, double, std::string, NumberCell>;
using NamedValues = std::map<std::string, NamedValue>;

/// Where and why an expression cannot be read.
struct ConditionFault {
  size_t offset = 0;  ///< bytes from its beginning
  std::string expected, found, suggestion;
};

struct ConditionResult {
  bool holds = false;
  std::optional<ConditionFault> fault;
};

/// Evaluates `expression`: || && ! == != < <= > >= and parentheses over names (in backquotes where
/// they hold spaces or signs), numbers and text in quotes. A number and a text are never equal.
/// Reads the whole expression in any case, so that a fault is found whatever the values are.
ConditionResult evaluate(std::string_view expression, const NamedValues& values);

}  // namespace enigma
