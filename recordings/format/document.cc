#include "recordings/format/document.h"

#include "files/atomic_file.h"
#include "recordings/format/problem.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace enigma::recordings {
namespace {

constexpr size_t kBytesMax = 64 << 20;
constexpr int64_t kValuesMax = 4'000'000;
constexpr int kDepthMax = 64;

template <typename Parse>
auto read_document(const std::filesystem::path& path, Parse parse)
    -> Parsed<decltype(parse(std::string()))> {
  Diagnostic wrong;
  wrong.file = path.string();
  try {
    return {parse(read_file(path, kBytesMax)), {}};
  } catch (const YAML::Exception& error) {
    wrong.line = error.mark.is_null() ? 0 : error.mark.line + 1;
    wrong.column = error.mark.is_null() ? 0 : error.mark.column + 1;
    wrong.message = "not valid YAML: " + error.msg;
  } catch (const std::exception& error) {
    if (const auto link = broken_link(path)) { return {std::nullopt, {*link}}; }
    wrong.message = std::string("cannot be read: ") + error.what();
  }
  return {std::nullopt, {wrong}};
}

template <typename T>
std::optional<T> whole_number(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) { return std::nullopt; }
  return value;
}

// YAML 1.1 knows a word in three spellings: true, True, TRUE.
bool is_word(const std::string& text, std::initializer_list<std::string_view> words) {
  std::string lower = text, upper = text;
  for (char& c : lower) { c = static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
  for (char& c : upper) { c = static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
  const std::string capital = upper.substr(0, 1) + lower.substr(lower.empty() ? 0 : 1);
  return std::find(words.begin(), words.end(), lower) != words.end() &&
         (text == lower || text == upper || text == capital);
}

nlohmann::json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || is_word(text, {"null"})) { return nullptr; }
  if (is_word(text, {"true", "yes", "on"})) { return true; }
  if (is_word(text, {"false", "no", "off"})) { return false; }
  if (is_word(text, {".nan"})) { return std::numeric_limits<double>::quiet_NaN(); }
  if (const auto integer = whole_number<int64_t>(text)) { return *integer; }
  if (const auto integer = whole_number<uint64_t>(text)) { return *integer; }
  // An integer of more bits is kept as it is written: a double would be another number.
  if (text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == std::string::npos) {
    return text;
  }
  if (text.find_first_of("0123456789") != std::string::npos) {
    if (const auto real = whole_number<double>(text)) { return *real; }
  }
  return text;
}

nlohmann::json json_of(const YAML::Node& node, int depth, int64_t& values_left) {
  if (depth > kDepthMax) { throw std::length_error("nested too deeply"); }
  if (--values_left < 0) { throw std::length_error("holds too many values"); }
  if (node.IsScalar()) {
    return node.Tag() == "!" ? nlohmann::json(node.Scalar()) : plain_scalar(node.Scalar());
  }
  if (node.IsSequence()) {
    nlohmann::json list = nlohmann::json::array();
    for (const YAML::Node& item : node) { list.push_back(json_of(item, depth + 1, values_left)); }
    return list;
  }
  if (!node.IsMap()) { return nullptr; }
  nlohmann::json mapping = nlohmann::json::object();
  for (const auto& item : node) {
    mapping[item.first.Scalar()] = json_of(item.second, depth + 1, values_left);
  }
  return mapping;
}

}  // namespace

Parsed<nlohmann::json> read_yaml(const std::filesystem::path& path) {
  return read_document(path, [](const std::string& text) {
    int64_t values_left = kValuesMax;
    return json_of(YAML::Load(text), 0, values_left);
  });
}

Parsed<std::vector<std::string>> read_yaml_keys(const std::filesystem::path& path,
                                                const std::string& key) {
  return read_document(path, [&](const std::string& text) {
    std::vector<std::string> keys;
    const YAML::Node root = YAML::Load(text);
    if (!root.IsMap() || !root[key] || !root[key].IsMap()) { return keys; }
    for (const auto& item : root[key]) { keys.push_back(item.first.Scalar()); }
    return keys;
  });
}

Parsed<nlohmann::json> read_json(const std::filesystem::path& path,
                                 std::vector<std::string>* keys) {
  return read_document(path, [&](const std::string& text) {
    const auto bounded = [&](int depth, nlohmann::json::parse_event_t event,
                             nlohmann::json& parsed) {
      if (depth > kDepthMax) { throw std::length_error("nested too deeply"); }
      if (keys != nullptr && depth == 1 && event == nlohmann::json::parse_event_t::key) {
        keys->push_back(parsed.get<std::string>());
      }
      return true;
    };
    return nlohmann::json::parse(text, bounded);
  });
}

Fields::Fields(const nlohmann::json& mapping, std::filesystem::path file, std::string pointer,
               std::vector<Diagnostic>& diagnostics)
    : mapping_(mapping),
      file_(std::move(file)),
      pointer_(std::move(pointer)),
      diagnostics_(diagnostics) {}

bool Fields::has(const std::string& key) const {
  return mapping_.is_object() && mapping_.contains(key) && !mapping_[key].is_null();
}

void Fields::wrong(const std::string& key, const std::string& expected) {
  Diagnostic d;
  d.file = file_.string();
  d.pointer = pointer_ + "/" + key;
  d.message = has(key) ? "field has the wrong type" : "field is missing";
  d.expected = expected;
  if (has(key)) { d.found = shown(mapping_[key]); }
  diagnostics_.push_back(std::move(d));
}

double Fields::number(const std::string& key) {
  if (has(key) && mapping_[key].is_number() && std::isfinite(mapping_[key].get<double>())) {
    return mapping_[key].get<double>();
  }
  wrong(key, "a finite number");
  return 0;
}

int64_t Fields::count(const std::string& key) {
  if (has(key) && mapping_[key].is_number_integer() && mapping_[key].get<int64_t>() >= 0) {
    return mapping_[key].get<int64_t>();
  }
  wrong(key, "an integer that is not negative");
  return 0;
}

std::string Fields::text(const std::string& key) {
  if (has(key) && mapping_[key].is_string()) { return mapping_[key].get<std::string>(); }
  wrong(key, "text");
  return "";
}

double Fields::number_or(const std::string& key, double otherwise) {
  return has(key) ? number(key) : otherwise;
}

std::string Fields::text_or(const std::string& key, std::string otherwise) {
  return has(key) ? text(key) : otherwise;
}

bool Fields::flag_or(const std::string& key, bool otherwise) {
  if (!has(key)) { return otherwise; }
  if (!mapping_[key].is_boolean()) { wrong(key, "true or false"); }
  return mapping_[key].is_boolean() ? mapping_[key].get<bool>() : otherwise;
}

}  // namespace enigma::recordings
