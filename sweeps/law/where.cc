#include "sweeps/law/where.h"

#include "diagnostics/nearest.h"

#include <algorithm>
#include <cctype>

namespace enigma::law {

namespace {

/// Nesting beyond this is refused, so that no expression can exhaust the stack.
constexpr int kDeepest = 100;

/// A cell or literal: text, and its number where it has one.
struct Term {
  std::string text;
  std::optional<double> number;
};

/// Recursive descent that evaluates as it reads, once per row.
class Condition {
 public:
  Condition(std::string_view expression, const Row& row) : text_(expression), row_(row) {}

  bool holds() {
    const bool value = either();
    skip();
    if (at_ < text_.size()) fail("an operator or the end");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& expected, const std::string& suggestion = "") const {
    throw InputError({{.file = "--where",
                       .line = 1,
                       .column = static_cast<int>(at_) + 1,
                       .message = "the expression cannot be read here",
                       .expected = expected,
                       .found = at_ < text_.size() ? std::string(text_.substr(at_, 20)) : "the end",
                       .suggestion = suggestion}});
  }
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(std::string_view token) {
    skip();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  bool either() {
    bool value = both();
    while (take("||")) value = both() || value;
    return value;
  }
  bool both() {
    bool value = one();
    while (take("&&")) value = one() && value;
    return value;
  }
  bool one() {
    if (++depth_ > kDeepest) fail("fewer nested parentheses");
    const bool value = negated_or_nested();
    --depth_;
    return value;
  }
  bool negated_or_nested() {
    skip();
    if (!text_.substr(at_).starts_with("!=") && take("!")) return !one();
    if (take("(")) {
      const bool value = either();
      if (!take(")")) fail("')'");
      return value;
    }
    return comparison();
  }
  bool comparison() {
    const Term left = term();
    for (const char* sign : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (take(sign)) return compare(left, sign, term());
    }
    fail("one of == != < <= > >=");
  }
  static bool compare(const Term& left, std::string_view sign, const Term& right) {
    if (left.number && right.number) return ordered(*left.number, sign, *right.number);
    return ordered(left.text, sign, right.text);
  }
  template <typename T>
  static bool ordered(const T& a, std::string_view sign, const T& b) {
    if (sign == "==") return a == b;
    if (sign == "!=") return a != b;
    if (sign == "<") return a < b;
    if (sign == "<=") return a <= b;
    if (sign == ">") return a > b;
    return a >= b;
  }
  Term term() {
    skip();
    if (at_ >= text_.size()) fail("a column or a value");
    const char first = text_[at_];
    if (first == '\'' || first == '"') return {enclosed(first), std::nullopt};
    if (first == '`') return column(enclosed('`'));
    const size_t from = at_;
    const auto in_word = [&](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '/' ||
             c == '+' || c == '-';
    };
    while (at_ < text_.size() && in_word(text_[at_])) ++at_;
    const std::string word(text_.substr(from, at_ - from));
    if (word.empty()) fail("a column or a value");
    const bool numeric = std::isdigit(static_cast<unsigned char>(first)) || first == '-' ||
                         first == '+' || first == '.';
    if (!numeric) return column(word, from);
    if (const auto number = number_of(word)) return {word, number};
    at_ = from;
    fail("a number");
  }
  std::string enclosed(char quote) {
    const size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail(std::string("a closing ") + quote);
    std::string inside(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return inside;
  }
  Term column(const std::string& name, std::optional<size_t> from = std::nullopt) {
    const auto found = row_.columns.find(name);
    if (found != row_.columns.end()) return {found->second, number_of(found->second)};
    std::vector<std::string> names;
    for (const auto& [known, cell] : row_.columns) names.push_back(known);
    if (from) at_ = *from;
    fail("a column of the table", suggest_name(name, names));
  }

  std::string_view text_;
  const Row& row_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

void keep_where(MappedTable& mapped, std::string_view expression) {
  std::vector<Row> kept;
  for (Row& row : mapped.table.rows) {
    if (Condition(expression, row).holds()) {
      kept.push_back(std::move(row));
    } else {
      mapped.excluded.push_back({row.id, "left out by --where " + std::string(expression)});
    }
  }
  mapped.table.rows = std::move(kept);
}

}  // namespace enigma::law
