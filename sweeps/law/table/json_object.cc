#include "sweeps/law/table/json_object.h"

#include "sweeps/law/table/utf8.h"

#include <algorithm>
#include <charconv>

namespace enigma::law {

namespace {

constexpr std::string_view kBlank = " \t\r";
constexpr uint32_t kReplacement = 0xfffd;

/// Reads from left to right; throws a JsonFault, which walk_json_object returns.
struct Scanner {
  std::string_view line;
  size_t most_bytes = 0;
  size_t at = 0;

  [[noreturn]] void fail(std::string message, std::string expected,
                         std::string suggestion = {}) const {
    throw JsonFault{at, std::move(message), std::move(expected), std::move(suggestion)};
  }
  bool done() const { return at >= line.size(); }
  char peek() const { return done() ? '\0' : line[at]; }
  void skip_blanks() { at = std::min(line.find_first_not_of(kBlank, at), line.size()); }

  void must_take(char byte) {
    skip_blanks();
    if (peek() != byte || done()) {
      fail(done() ? "the line ends inside an object" : "not a JSON object",
           std::string("a '") + byte + "'", done() ? "one whole object stands in one line" : "");
    }
    ++at;
  }

  uint32_t hexadecimal() {
    uint32_t unit = 0;
    const std::string_view digits = line.substr(std::min(at, line.size()), 4);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (error != std::errc{} || digits.size() < 4 || end != digits.data() + 4) {
      fail("not a character's number", "four hexadecimal digits after \\u");
    }
    at += 4;
    return unit;
  }

  uint32_t escaped_character() {
    const uint32_t unit = hexadecimal();
    const bool high = unit >= 0xd800 && unit < 0xdc00;
    if (!high) { return unit >= 0xdc00 && unit < 0xe000 ? kReplacement : unit; }
    if (!line.substr(at).starts_with("\\u")) { return kReplacement; }
    at += 2;
    const uint32_t low = hexadecimal();
    if (low < 0xdc00 || low >= 0xe000) { return kReplacement; }
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  }

  void escape(std::string& text) {
    constexpr std::string_view kNames = "\"\\/bfnrt", kBytes = "\"\\/\b\f\n\r\t";
    const char name = peek();
    ++at;
    if (name == 'u') {
      append_utf8(escaped_character(), [&](char byte) { text += byte; });
      return;
    }
    const size_t which = kNames.find(name);
    if (which == std::string_view::npos || name == '\0') {
      --at;
      fail("not an escape of JSON", "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
    }
    text += kBytes[which];
  }

  void string(std::string& text) {
    text.clear();
    must_take('"');
    for (;;) {
      const size_t end = line.find_first_of("\"\\", at);
      if (end == std::string_view::npos) {
        at = line.size();
        fail("a text does not end", "a closing \"");
      }
      text.append(line.substr(at, end - at));
      at = end + 1;
      if (line[end] == '"') { return; }
      escape(text);
    }
  }

  /// Past an object or a list, whatever it holds.
  void structure(std::string& text) {
    const size_t from = at;
    std::string open, ignored;
    do {
      const char byte = peek();
      if (done()) { fail("the line ends inside an object or a list", "its closing bracket"); }
      if (byte == '"') {
        string(ignored);
        continue;
      }
      if (byte == '{' || byte == '[') { open += byte == '{' ? '}' : ']'; }
      if (byte == '}' || byte == ']') {
        if (open.back() != byte) {
          fail("brackets do not match", std::string("a '") + open.back() + "'");
        }
        open.pop_back();
      }
      ++at;
    } while (!open.empty());
    text = line.substr(from, std::min(at - from, most_bytes));
  }

  void word(std::string& text) {
    const size_t end = std::min(line.find_first_of(",}] \t\r", at), line.size());
    const std::string_view spelled = line.substr(at, end - at);
    const bool number =
        !spelled.empty() && spelled.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    const bool named = spelled == "true" || spelled == "false" || spelled == "null" ||
                       spelled == "NaN" || spelled == "-NaN" || spelled == "nan" ||
                       spelled == "Infinity" || spelled == "-Infinity" || spelled == "inf" ||
                       spelled == "-inf";
    if (!number && !named) {
      fail("not a JSON value", "a number, a text in quotes, true, false or null");
    }
    text = spelled == "null" ? std::string_view() : spelled;
    at = end;
  }

  void value(JsonMember& member) {
    skip_blanks();
    member.offset = at;
    switch (peek()) {
      case '"':
        return string(member.text);
      case '{':
      case '[':
        return structure(member.text);
      default:
        return word(member.text);
    }
  }

  void object(const std::function<bool(JsonMember&)>& take) {
    JsonMember member;
    must_take('{');
    skip_blanks();
    if (peek() == '}') {
      ++at;
      return at_end();
    }
    for (;;) {
      skip_blanks();
      string(member.key);
      must_take(':');
      value(member);
      if (!take(member)) { return; }
      skip_blanks();
      if (peek() != ',') { break; }
      ++at;
    }
    must_take('}');
    at_end();
  }

  void at_end() {
    skip_blanks();
    if (!done()) { fail("more follows the object", "the end of the line", "one object a line"); }
  }
};

}  // namespace

std::optional<JsonFault> walk_json_object(std::string_view line, size_t most_bytes,
                                          const std::function<bool(JsonMember&)>& take) {
  try {
    Scanner{line, most_bytes}.object(take);
  } catch (const JsonFault& fault) { return fault; }
  return std::nullopt;
}

}  // namespace enigma::law
