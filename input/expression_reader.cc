#include "input/expression_reader.h"

#include "diagnostics/nearest.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace enigma {

Diagnostic unreadable(const Document& document, const std::string& pointer,
                      const ExpressionFault& fault) {
  Diagnostic diagnostic = document.at(
      pointer, "the expression cannot be read at character " + std::to_string(fault.offset + 1));
  diagnostic.expected = fault.expected;
  diagnostic.found = fault.found;
  diagnostic.suggestion = fault.suggestion;
  return diagnostic;
}

void ExpressionReader::fail(std::string expected, std::string suggestion) const {
  std::string found =
      at_ < text_.size() ? "'" + std::string(text_.substr(at_, 20)) + "'" : std::string("the end");
  throw ExpressionFault{at_, std::move(expected), std::move(found), std::move(suggestion)};
}

void ExpressionReader::fail_at(size_t from, std::string expected, std::string suggestion) {
  at_ = from;
  fail(std::move(expected), std::move(suggestion));
}

char ExpressionReader::peek() {
  while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) { ++at_; }
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool ExpressionReader::take(std::string_view token) {
  peek();
  if (!text_.substr(at_).starts_with(token)) { return false; }
  at_ += token.size();
  return true;
}

void ExpressionReader::finish() {
  peek();
  if (at_ < text_.size()) { fail("an operator or the end"); }
}

void ExpressionReader::enter() {
  if (++depth_ > kExpressionDepthMax) { fail("fewer nested parentheses"); }
}

double ExpressionReader::number() {
  double value = 0;
  const auto result = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
  if (result.ec != std::errc()) { fail("a number"); }
  at_ = static_cast<size_t>(result.ptr - text_.data());
  return value;
}

std::string ExpressionReader::quoted() {
  const char quote = text_[at_];
  const size_t end = text_.find(quote, at_ + 1);
  if (end == std::string_view::npos) { fail(std::string("a closing ") + quote); }
  std::string inside(text_.substr(at_ + 1, end - at_ - 1));
  at_ = end + 1;
  return inside;
}

std::string ExpressionReader::word(std::string_view signs) {
  const auto in_word = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || signs.find(c) != std::string_view::npos;
  };
  const size_t from = at_;
  while (at_ < text_.size() && in_word(text_[at_])) { ++at_; }
  return std::string(text_.substr(from, at_ - from));
}

size_t ExpressionReader::index_of(const std::string& name, size_t from) {
  const auto used = std::find(names.begin(), names.end(), name);
  if (used != names.end()) { return static_cast<size_t>(used - names.begin()); }
  if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
    fail_at(from, "a known name", suggest_name(name, known_));
  }
  names.push_back(name);
  return names.size() - 1;
}

}  // namespace enigma
