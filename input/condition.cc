#include "input/condition.h"

#include "diagnostics/nearest.h"

#include <cctype>
#include <charconv>
#include <utility>
#include <vector>

namespace enigma {
namespace {

/// Nesting beyond this is refused, so that no expression can exhaust the stack.
constexpr int kDepthMax = 64;

const double* number_in(const NamedValue& value) {
  if (const auto* cell = std::get_if<NumberCell>(&value)) { return &cell->number; }
  return std::get_if<double>(&value);
}

const std::string* text_in(const NamedValue& value) {
  if (const auto* cell = std::get_if<NumberCell>(&value)) { return &cell->text; }
  return std::get_if<std::string>(&value);
}

template <typename T>
bool ordered(const T& a, std::string_view sign, const T& b) {
  if (sign == "==") { return a == b; }
  if (sign == "!=") { return a != b; }
  if (sign == "<") { return a < b; }
  if (sign == "<=") { return a <= b; }
  return sign == ">" ? a > b : a >= b;
}

bool compare(const NamedValue& a, std::string_view sign, const NamedValue& b) {
  if (number_in(a) && number_in(b)) { return ordered(*number_in(a), sign, *number_in(b)); }
  if (text_in(a) && text_in(b)) { return ordered(*text_in(a), sign, *text_in(b)); }
  return sign == "!=";
}

/// Recursive descent that evaluates as it reads.
class Reader {
 public:
  Reader(std::string_view text, const NamedValues& values) : text_(text), values_(values) {}

  ConditionResult read() {
    try {
      const bool holds = either();
      skip_blank();
      if (at_ < text_.size()) { fail("an operator or the end"); }
      return {holds, std::nullopt};
    } catch (const ConditionFault& fault) { return {false, fault}; }
  }

 private:
  [[noreturn]] void fail(std::string expected, std::string suggestion = {}) const {
    std::string found = at_ < text_.size() ? "'" + std::string(text_.substr(at_, 20)) + "'"
                                           : std::string("the end");
    throw ConditionFault{at_, std::move(expected), std::move(found), std::move(suggestion)};
  }

  void skip_blank() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) { ++at_; }
  }

  bool take(std::string_view token) {
    skip_blank();
    if (!text_.substr(at_).starts_with(token)) { return false; }
    at_ += token.size();
    return true;
  }

  bool either() {
    bool holds = both();
    while (take("||")) { holds = both() || holds; }
    return holds;
  }

  bool both() {
    bool holds = single();
    while (take("&&")) { holds = single() && holds; }
    return holds;
  }

  bool single() {
    if (++depth_ > kDepthMax) { fail("fewer nested parentheses"); }
    bool holds = false;
    if (take("!")) {
      holds = !single();
    } else if (take("(")) {
      holds = either();
      if (!take(")")) { fail("')'"); }
    } else {
      holds = comparison();
    }
    --depth_;
    return holds;
  }

  bool comparison() {
    const NamedValue left = operand();
    for (const char* sign : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (take(sign)) { return compare(left, sign, operand()); }
    }
    fail("one of == != < <= > >=");
  }

  NamedValue operand() {
    skip_blank();
    const char first = at_ < text_.size() ? text_[at_] : '\0';
    if (first == '"' || first == '\'') { return quoted(first); }
    if (std::isdigit(static_cast<unsigned char>(first)) || first == '-' || first == '.') {
      return number();
    }
    const size_t from = at_;
    return first == '`' ? value_of(quoted(first), from) : name();
  }

  std::string quoted(char quote) {
    const size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) { fail(std::string("a closing ") + quote); }
    std::string inside(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return inside;
  }

  double number() {
    double value = 0;
    const auto result = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (result.ec != std::errc()) { fail("a number"); }
    at_ = static_cast<size_t>(result.ptr - text_.data());
    return value;
  }

  NamedValue name() {
    const size_t from = at_;
    size_t end = at_;
    const auto in_name = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '/';
    };
    while (end < text_.size() && in_name(text_[end])) { ++end; }
    at_ = end;
    return value_of(std::string(text_.substr(from, end - from)), from);
  }

  /// The value of a name that begins at `from`.
  NamedValue value_of(const std::string& word, size_t from) {
    const auto found = values_.find(word);
    if (found != values_.end()) { return found->second; }
    at_ = from;
    fail("a name, a number or text in quotes", known_names(word));
  }

  std::string known_names(const std::string& word) const {
    std::vector<std::string> names;
    for (const auto& [known, value] : values_) { names.push_back(known); }
    return suggest_name(word, names);
  }

  std::string_view text_;
  const NamedValues& values_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

ConditionResult evaluate(std::string_view expression, const NamedValues& values) {
  return Reader(expression, values).read();
}

}  // namespace enigma
