#include "input/document.h"

#include <charconv>
#include <cstdint>

namespace enigma {
namespace {

// Every value keeps its pointer, so both are bounded: 200,000 × 512 bytes at most.
constexpr size_t kValuesMax = 200'000;
constexpr size_t kPointerBytesMax = 512;

/// Ends the reading; the diagnostic is already in the list.
struct SyntaxError {};

struct Spot {
  int line = 1, column = 1;
};

class Reader {
 public:
  Reader(std::string_view text, const std::string& file, std::vector<Diagnostic>& diagnostics)
      : text_(text), diagnostics_(diagnostics) {
    document_.file = file;
  }

  Document read() {
    if (text_.size() > kDocumentBytesMax) { fail("the text is too long", "at most 16 MiB"); }
    if (text_.starts_with("\xEF\xBB\xBF")) { position_ = 3; }
    document_.root = value("", 0, {});
    skip_blank();
    if (position_ < text_.size()) { fail("text after the end of the document", "end of file"); }
    return std::move(document_);
  }

 private:
  bool ended() const { return position_ >= text_.size(); }
  char peek() const { return ended() ? '\0' : text_[position_]; }

  char next() {
    const char c = text_[position_++];
    if (c == '\n') {
      spot_.column = 1;
      ++spot_.line;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++spot_.column;
    }
    return c;
  }

  [[noreturn]] void fail_at(Spot spot, std::string message, std::string expected = {}) {
    diagnostics_.push_back({.file = document_.file,
                            .line = spot.line,
                            .column = spot.column,
                            .message = std::move(message),
                            .expected = std::move(expected),
                            .found = found()});
    throw SyntaxError{};
  }
  [[noreturn]] void fail(std::string message, std::string expected = {}) {
    fail_at(spot_, std::move(message), std::move(expected));
  }

  std::string found() const {
    if (ended()) { return "end of file"; }
    const auto c = static_cast<unsigned char>(peek());
    if (c > 0x20 && c < 0x7F) { return std::string("'") + peek() + "'"; }
    return "byte " + std::to_string(c);
  }

  void skip_comment() {
    const Spot start = spot_;
    next();
    if (peek() == '/') {
      while (!ended() && peek() != '\n') { next(); }
      return;
    }
    if (peek() != '*') { fail("a lone '/'", "'//' or '/*'"); }
    next();
    for (char before = ' '; !ended();) {
      const char c = next();
      if (before == '*' && c == '/') { return; }
      before = c;
    }
    fail_at(start, "a comment without an end", "'*/'");
  }

  void skip_blank() {
    for (;;) {
      const char c = peek();
      if (!ended() && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
        next();
      } else if (c == '/') {
        skip_comment();
      } else {
        return;
      }
    }
  }

  nlohmann::ordered_json value(const std::string& pointer, int depth, Spot key) {
    skip_blank();
    if (depth > kDocumentDepthMax) { fail("nested too deep", "at most 64 levels"); }
    if (pointer.size() > kPointerBytesMax) { fail("keys too long", "a path of at most 512 bytes"); }
    if (document_.places.size() >= kValuesMax) { fail("too many values", "at most 200000"); }
    const Spot key_spot = key.line > 0 && depth > 0 ? key : Spot{0, 0};
    document_.places[pointer] = {spot_.line, spot_.column, key_spot.line, key_spot.column};
    switch (peek()) {
      case '{':
        return object(pointer, depth);
      case '[':
        return array(pointer, depth);
      case '"':
        return string();
      case 't':
        return word("true", true);
      case 'f':
        return word("false", false);
      case 'n':
        return word("null", nullptr);
      default:
        return number();
    }
  }

  nlohmann::ordered_json word(std::string_view expected, nlohmann::ordered_json meaning) {
    const Spot start = spot_;
    for (const char c : expected) {
      if (ended() || peek() != c) { fail_at(start, "an unknown word", "a JSON value"); }
      next();
    }
    return meaning;
  }

  nlohmann::ordered_json object(const std::string& pointer, int depth) {
    auto members = nlohmann::ordered_json::object();
    std::map<std::string, Spot> seen;
    next();
    for (skip_blank(); peek() != '}'; skip_blank()) {
      if (peek() != '"') { fail("a key is missing", "'\"' or '}'"); }
      const Spot spot = spot_;
      const std::string key = string();
      skip_blank();
      if (peek() != ':') { fail("a key without a value", "':'"); }
      next();
      const bool note = key == "$schema" || key == "_note";
      const std::string place = child_pointer(pointer, key);
      auto member = value(place, depth + 1, spot);
      if (const auto [first, fresh] = seen.try_emplace(key, spot); !fresh && !note) {
        report_duplicate(place, key, spot, first->second);
      } else if (!note) {
        members[key] = std::move(member);
      }
      separate('}');
    }
    next();
    return members;
  }

  void report_duplicate(const std::string& pointer, const std::string& key, Spot spot, Spot first) {
    diagnostics_.push_back({.file = document_.file,
                            .line = spot.line,
                            .column = spot.column,
                            .pointer = pointer,
                            .message = "duplicate key '" + key + "'",
                            .expected = "each key once",
                            .found = "the first at line " + std::to_string(first.line)});
  }

  nlohmann::ordered_json array(const std::string& pointer, int depth) {
    auto items = nlohmann::ordered_json::array();
    next();
    for (skip_blank(); peek() != ']'; skip_blank()) {
      items.push_back(value(child_pointer(pointer, std::to_string(items.size())), depth + 1, {}));
      separate(']');
    }
    next();
    return items;
  }

  void separate(char end) {
    skip_blank();
    if (peek() == end) { return; }
    if (ended() || peek() != ',') {
      fail("a comma is missing", std::string("',' or '") + end + "'");
    }
    next();
  }

  std::string string() {
    const Spot start = spot_;
    std::string out;
    next();
    for (;;) {
      if (ended()) { fail_at(start, "a string without an end", "'\"'"); }
      const auto c = static_cast<unsigned char>(peek());
      if (c < 0x20) { fail("a control character inside a string", "an escape such as \\n"); }
      if (c >= 0x80) {
        utf8(out);
        continue;
      }
      next();
      if (c == '"') { return out; }
      if (c == '\\') {
        escape(out);
      } else {
        out.push_back(static_cast<char>(c));
      }
    }
  }

  /// One well-formed multi-byte character (no overlong forms, no surrogates).
  void utf8(std::string& out) {
    const Spot start = spot_;
    const auto lead = static_cast<unsigned char>(peek());
    const int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4) { fail("a byte that is not UTF-8", "UTF-8 text"); }
    uint32_t code = lead & (0xFF >> (length + 1));
    out.push_back(next());
    for (int i = 1; i < length; ++i) {
      if (ended() || (static_cast<unsigned char>(peek()) & 0xC0) != 0x80) {
        fail_at(start, "a character cut short", "UTF-8 text");
      }
      code = code << 6 | (static_cast<unsigned char>(peek()) & 0x3F);
      out.push_back(next());
    }
    const uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
      fail_at(start, "a character that is not UTF-8", "UTF-8 text");
    }
  }

  void escape(std::string& out) {
    const Spot start = spot_;
    constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    if (ended()) { fail("a string without an end", "'\"'"); }
    const char c = next();
    if (c == 'u') { return append_utf8(out, unicode(start)); }
    const size_t index = letters.find(c);
    if (index == std::string_view::npos) {
      fail_at(start, "an unknown escape", "\\n, \\t, \\u00e9 …");
    }
    out.push_back(meanings[index]);
  }

  uint32_t hex4() {
    uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char digit = peek();
      const size_t found =
          std::string_view("0123456789abcdef")
              .find(static_cast<char>(digit >= 'A' && digit <= 'F' ? digit - 'A' + 'a' : digit));
      if (ended() || found == std::string_view::npos) {
        fail("an escape cut short", "four hex digits");
      }
      code = code << 4 | static_cast<uint32_t>(found);
      next();
    }
    return code;
  }

  uint32_t unicode(Spot start) {
    const uint32_t code = hex4();
    if (code < 0xD800 || code > 0xDFFF) { return code; }
    if (code > 0xDBFF || !text_.substr(position_).starts_with("\\u")) {
      fail_at(start, "half of a surrogate pair", "\\uD8xx\\uDCxx");
    }
    next();
    next();
    const uint32_t low = hex4();
    if (low < 0xDC00 || low > 0xDFFF) {
      fail_at(start, "half of a surrogate pair", "\\uD8xx\\uDCxx");
    }
    return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }

  static void append_utf8(std::string& out, uint32_t code) {
    const auto tail = [&](int shift) {
      out.push_back(static_cast<char>(0x80 | (code >> shift & 0x3F)));
    };
    if (code < 0x80) {
      out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      out.push_back(static_cast<char>(0xC0 | code >> 6));
      tail(0);
    } else if (code < 0x10000) {
      out.push_back(static_cast<char>(0xE0 | code >> 12));
      tail(6);
      tail(0);
    } else {
      out.push_back(static_cast<char>(0xF0 | code >> 18));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  size_t digits() {
    size_t count = 0;
    for (; peek() >= '0' && peek() <= '9'; ++count) { next(); }
    return count;
  }

  nlohmann::ordered_json number() {
    const Spot start = spot_;
    const size_t from = position_;
    bool whole = true;
    if (peek() == '-') { next(); }
    const bool zero = peek() == '0';
    const size_t leading = digits();
    if (leading == 0) { fail_at(start, "not a JSON value", "a value"); }
    if (zero && leading > 1) { fail_at(start, "a number with a leading zero", "a JSON number"); }
    if (peek() == '.') {
      whole = false;
      next();
      if (digits() == 0) { fail("a number cut short", "a digit"); }
    }
    if (peek() == 'e' || peek() == 'E') {
      whole = false;
      next();
      if (peek() == '+' || peek() == '-') { next(); }
      if (digits() == 0) { fail("a number cut short", "a digit"); }
    }
    return number_of(text_.substr(from, position_ - from), whole, start);
  }

  nlohmann::ordered_json number_of(std::string_view text, bool whole, Spot start) {
    const char* end = text.data() + text.size();
    int64_t integer = 0;
    if (whole && std::from_chars(text.data(), end, integer).ec == std::errc()) { return integer; }
    double real = 0;
    const auto result = std::from_chars(text.data(), end, real);
    if (result.ec != std::errc()) { fail_at(start, "a number out of range", "a finite number"); }
    return real;
  }

  std::string_view text_;
  std::vector<Diagnostic>& diagnostics_;
  Document document_;
  size_t position_ = 0;
  Spot spot_;
};

}  // namespace

Diagnostic Document::at(const std::string& pointer, std::string message, bool at_key) const {
  Diagnostic diagnostic{.file = file, .pointer = pointer, .message = std::move(message)};
  for (std::string near = pointer;; near.resize(near.rfind('/'))) {
    if (const auto place = places.find(near); place != places.end()) {
      const bool key = at_key && place->second.key_line > 0;
      diagnostic.line = key ? place->second.key_line : place->second.line;
      diagnostic.column = key ? place->second.key_column : place->second.column;
      return diagnostic;
    }
    if (near.find('/') == std::string::npos) { return diagnostic; }
  }
}

Parsed<Document> parse_document(std::string_view text, const std::string& file) {
  Parsed<Document> parsed;
  try {
    Document document = Reader(text, file, parsed.diagnostics).read();
    if (!has_errors(parsed.diagnostics)) { parsed.value = std::move(document); }
  } catch (const SyntaxError&) {
    // Told in the list.
  }
  return parsed;
}

std::string child_pointer(const std::string& parent, std::string_view key) {
  std::string pointer = parent + "/";
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer.push_back(c);
    }
  }
  return pointer;
}

}  // namespace enigma
