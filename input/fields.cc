#include "input/fields.h"

#include "diagnostics/nearest.h"

#include <algorithm>
#include <cmath>

namespace enigma {
namespace {

constexpr double kExactMax = 9007199254740992.0;  // 2^53: integers above lose digits in a double

void report(const Document& document, const std::string& pointer, std::string message,
            std::string expected, const Json& found, std::vector<Diagnostic>& diagnostics) {
  Diagnostic diagnostic = document.at(pointer, std::move(message));
  diagnostic.expected = std::move(expected);
  diagnostic.found = describe(found);
  diagnostics.push_back(std::move(diagnostic));
}

std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) { text += (text.empty() ? "'" : ", '") + word + "'"; }
  return text;
}

std::optional<int64_t> whole(const Json& value) {
  if (value.is_number_integer()) {
    if (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX) { return std::nullopt; }
    return value.get<int64_t>();
  }
  if (!value.is_number_float()) { return std::nullopt; }
  const double real = value.get<double>();
  if (!(std::abs(real) <= kExactMax) || real != std::floor(real)) { return std::nullopt; }
  return static_cast<int64_t>(real);
}

}  // namespace

std::string describe(const Json& value) {
  if (value.is_object()) { return value.empty() ? "an empty object" : "an object"; }
  if (value.is_array()) { return value.empty() ? "an empty list" : "a list"; }
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > 60) { text = text.substr(0, 57) + "..."; }
  return text;
}

std::optional<double> read_number(const Document& document, const Json& value,
                                  const std::string& pointer, const Range& range,
                                  std::vector<Diagnostic>& diagnostics) {
  if (value.is_number()) {
    const double number = value.get<double>();
    const bool above = range.low_open ? number > range.low : number >= range.low;
    if (std::isfinite(number) && above && number <= range.high) { return number; }
    report(document, pointer, "the number is out of range", range.words, value, diagnostics);
    return std::nullopt;
  }
  report(document, pointer, "wrong type", range.words, value, diagnostics);
  return std::nullopt;
}

std::optional<int64_t> read_integer(const Document& document, const Json& value,
                                    const std::string& pointer, int64_t low, int64_t high,
                                    std::vector<Diagnostic>& diagnostics) {
  const std::optional<int64_t> number = whole(value);
  if (number && *number >= low && *number <= high) { return number; }
  const std::string expected =
      low == high ? std::to_string(low)
                  : "an integer from " + std::to_string(low) + " to " + std::to_string(high);
  report(document, pointer, value.is_number() ? "the number is out of range" : "wrong type",
         expected, value, diagnostics);
  return std::nullopt;
}

std::optional<std::string> read_text(const Document& document, const Json& value,
                                     const std::string& pointer,
                                     std::vector<Diagnostic>& diagnostics) {
  if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
    return value.get<std::string>();
  }
  report(document, pointer, value.is_string() ? "an empty string" : "wrong type", "a string", value,
         diagnostics);
  return std::nullopt;
}

std::optional<std::string> read_word(const Document& document, const Json& value,
                                     const std::string& pointer,
                                     const std::vector<std::string>& words,
                                     std::vector<Diagnostic>& diagnostics) {
  if (value.is_string()) {
    const std::string word = value.get<std::string>();
    if (std::find(words.begin(), words.end(), word) != words.end()) { return word; }
  }
  report(document, pointer, value.is_string() ? "an unknown word" : "wrong type",
         words.size() <= 12 ? list_of(words) : "a known name", value, diagnostics);
  if (value.is_string()) {
    if (const auto near = nearest_name(value.get<std::string>(), words)) {
      diagnostics.back().suggestion = "did you mean '" + *near + "'?";
    }
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> read_texts(const Document& document, const Json& value,
                                                   const std::string& pointer,
                                                   std::vector<Diagnostic>& diagnostics) {
  if (!value.is_array() || value.empty()) {
    report(document, pointer, value.is_array() ? "an empty list" : "wrong type",
           "a list of strings", value, diagnostics);
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (size_t i = 0; i < value.size(); ++i) {
    const std::string place = child_pointer(pointer, std::to_string(i));
    auto text = read_text(document, value[i], place, diagnostics);
    if (!text) { return std::nullopt; }
    if (std::find(texts.begin(), texts.end(), *text) != texts.end()) {
      report(document, place, "duplicate name", "each name once", value[i], diagnostics);
      return std::nullopt;
    }
    texts.push_back(std::move(*text));
  }
  return texts;
}

Fields::Fields(const Document& document, const Json& value, std::string pointer,
               std::vector<Diagnostic>& diagnostics)
    : document_(document), pointer_(std::move(pointer)), diagnostics_(diagnostics) {
  if (value.is_object()) {
    object_ = &value;
  } else {
    report(document_, pointer_, "wrong type", "an object", value, diagnostics_);
  }
}

const Json* Fields::get(const std::string& key) {
  known_.push_back(key);
  if (object_ == nullptr) { return nullptr; }
  const auto member = object_->find(key);
  return member == object_->end() ? nullptr : &*member;
}

const Json* Fields::need(const std::string& key, const std::string& expected) {
  const Json* member = get(key);
  if (member == nullptr && object_ != nullptr) {
    Diagnostic diagnostic = document_.at(pointer(key), "the key '" + key + "' is missing");
    diagnostic.expected = expected;
    diagnostics_.push_back(std::move(diagnostic));
  }
  return member;
}

std::optional<double> Fields::number(const std::string& key, const Range& range) {
  const Json* member = get(key);
  if (member == nullptr) { return std::nullopt; }
  return read_number(document_, *member, pointer(key), range, diagnostics_);
}

std::optional<int64_t> Fields::integer(const std::string& key, int64_t low, int64_t high) {
  const Json* member = get(key);
  if (member == nullptr) { return std::nullopt; }
  return read_integer(document_, *member, pointer(key), low, high, diagnostics_);
}

std::optional<std::string> Fields::text(const std::string& key) {
  const Json* member = get(key);
  if (member == nullptr) { return std::nullopt; }
  return read_text(document_, *member, pointer(key), diagnostics_);
}

std::optional<std::string> Fields::word(const std::string& key,
                                        const std::vector<std::string>& words) {
  const Json* member = get(key);
  if (member == nullptr) { return std::nullopt; }
  return read_word(document_, *member, pointer(key), words, diagnostics_);
}

std::optional<std::vector<std::string>> Fields::texts(const std::string& key) {
  const Json* member = get(key);
  if (member == nullptr) { return std::nullopt; }
  return read_texts(document_, *member, pointer(key), diagnostics_);
}

void Fields::refuse(const std::string& key) {
  if (get(key) == nullptr) { return; }
  Diagnostic diagnostic =
      document_.at(pointer(key), "'" + key + "' is not supported by this version", true);
  diagnostic.suggestion = "leave it out";
  diagnostics_.push_back(std::move(diagnostic));
}

void Fields::finish() {
  if (object_ == nullptr) { return; }
  for (const auto& [key, value] : object_->items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) { continue; }
    Diagnostic diagnostic = document_.at(pointer(key), "unknown key '" + key + "'", true);
    diagnostic.suggestion = suggest_name(key, known_);
    diagnostics_.push_back(std::move(diagnostic));
  }
}

}  // namespace enigma
