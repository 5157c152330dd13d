#include "orchestrator/serve/query.h"

#include <fmt/format.h>

#include <charconv>

namespace enigma::answers {
namespace {

// What is told of a word that is too long.
constexpr size_t kFoundBytesMax = 60;

std::optional<int64_t> whole(const std::string& text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool read = error == std::errc() && end == text.data() + text.size();
  return read ? std::optional(number) : std::nullopt;
}

}  // namespace

void Query::refuse(const std::string& key, const std::string& expected, const std::string& found) {
  Diagnostic wrong;
  wrong.file = "query";
  wrong.pointer = "/" + key;
  wrong.message = fmt::format("the query says a wrong {}", key);
  wrong.expected = expected;
  wrong.found = found.substr(0, kFoundBytesMax);
  wrong_.push_back(std::move(wrong));
}

std::optional<int64_t> Query::number(const std::string& key, int64_t most) {
  const auto text = http::query_value(query_, key);
  if (!text || text->empty()) { return std::nullopt; }
  const auto number = whole(*text);
  if (number && *number >= 0 && *number <= most) { return number; }
  refuse(key, fmt::format("a whole number from 0 to {}", most), *text);
  return std::nullopt;
}

std::optional<std::string> Query::word(const std::string& key, size_t most) {
  auto text = http::query_value(query_, key);
  if (!text || text->size() <= most) { return text; }
  refuse(key, fmt::format("at most {} bytes", most), *text);
  return std::nullopt;
}

std::optional<std::vector<std::string>> Query::words(const std::string& key, size_t most) {
  const auto text = http::query_value(query_, key);
  if (!text) { return std::nullopt; }
  std::vector<std::string> words;
  for (size_t from = 0; from < text->size();) {
    const size_t to = std::min(text->find(',', from), text->size());
    if (to > from) { words.push_back(text->substr(from, to - from)); }
    from = to + 1;
  }
  if (words.size() <= most) { return words; }
  refuse(key, fmt::format("at most {} of them", most), std::to_string(words.size()));
  return std::nullopt;
}

void Query::check() const {
  if (!wrong_.empty()) { throw InputError(wrong_); }
}

}  // namespace enigma::answers
