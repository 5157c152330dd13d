#include "sweeps/value_rule.h"

#include "sweeps/family.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

namespace enigma::sweeps {
namespace {

constexpr int64_t kWidthMax = 1 << 16;
constexpr int64_t kDepthMax = 1024;

void report(const WrittenValue& value, std::string message, std::string expected) {
  Diagnostic diagnostic = value.document.at(value.pointer, std::move(message));
  diagnostic.expected = std::move(expected);
  diagnostic.found = describe(value.json);
  value.diagnostics.push_back(std::move(diagnostic));
}

Json whole_schema(int64_t low, int64_t high) {
  return {{"type", "integer"}, {"minimum", low}, {"maximum", high}};
}

Json real_schema(const Range& range) {
  Json schema = {{"type", "number"}};
  schema[range.low_open ? "exclusiveMinimum" : "minimum"] = canonical_number(range.low);
  if (range.high < kPositive.high) { schema["maximum"] = canonical_number(range.high); }
  return schema;
}

bool read_custom_size(const WrittenValue& value, model::ModelSize& size) {
  const size_t before = value.diagnostics.size();
  Fields fields(value.document, value.json, value.pointer, value.diagnostics);
  for (const char* key : {"width", "layers", "heads"}) { fields.need(key, "an integer"); }
  size.width = fields.integer("width", 1, kWidthMax).value_or(0);
  size.layers = fields.integer("layers", 1, kDepthMax).value_or(0);
  size.heads = fields.integer("heads", 1, kDepthMax).value_or(0);
  fields.finish();
  return value.diagnostics.size() == before;
}

bool read_published_size(const WrittenValue& value, model::ModelSize& size) {
  const auto name = read_word(value.document, value.json, value.pointer, value.family.size_names(),
                              value.diagnostics);
  if (name) { size.name = *name; }
  return name.has_value();
}

bool read_size(const WrittenValue& value, Draft& draft) {
  model::ModelSize size;
  const bool good =
      value.json.is_object() ? read_custom_size(value, size) : read_published_size(value, size);
  if (!good) { return false; }
  if (const auto why = value.family.check_size(size)) {
    report(value, *why, "a size that can be built");
    return false;
  }
  draft.point.size = size;
  return true;
}

nlohmann::json write_size(const Point& point) {
  return to_json(point.size);
}

Json size_schema() {
  return {{"oneOf",
           {{{"enum", size_names()}},
            {{"type", "object"},
             {"additionalProperties", false},
             {"required", {"width", "layers", "heads"}},
             {"properties",
              {{"_note", Json::object()},
               {"width", whole_schema(1, kWidthMax)},
               {"layers", whole_schema(1, kDepthMax)},
               {"heads", whole_schema(1, kDepthMax)}}}}}}};
}

bool read_strategies(const WrittenValue& value, Draft& draft) {
  if (value.json.is_string()) {
    auto name = read_word(value.document, value.json, value.pointer, value.family.strategy_names(),
                          value.diagnostics);
    if (name) { draft.point.training_strategies = {std::move(*name)}; }
    return name.has_value();
  }
  auto names = read_texts(value.document, value.json, value.pointer, value.diagnostics);
  if (!names) { return false; }
  bool good = true;
  for (size_t i = 0; i < names->size(); ++i) {
    const std::string place = child_pointer(value.pointer, std::to_string(i));
    good &= read_word(value.document, value.json[i], place, value.family.strategy_names(),
                      value.diagnostics)
                .has_value();
  }
  std::sort(names->begin(), names->end());
  if (good) { draft.point.training_strategies = std::move(*names); }
  return good;
}

/// kWorkerNames, spelled out.
bool is_worker_name(const std::string& name) {
  const auto good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return !name.empty() && name.size() <= 64 && !std::isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), good);
}

bool read_worker_value(const WrittenValue& value, Draft& draft) {
  const std::string name = value.path.substr(value.path.find('.') + 1);
  if (!is_worker_name(name)) {
    report(value, "'" + name + "' is no name of a worker's setting",
           "letters, digits and '_', not beginning with a digit, at most 64");
    return false;
  }
  const Json& json = value.json;
  if (!json.is_number() && !json.is_string() && !json.is_boolean()) {
    report(value, "wrong type", "a number, a text, true or false");
    return false;
  }
  draft.point.worker[name] =
      json.is_number_float() ? canonical_number(json.get<double>()) : nlohmann::json(json);
  return true;
}

Json strategies_schema() {
  const Json strategy = {{"$ref", "#/definitions/strategy"}};
  return {{"oneOf",
           {strategy,
            {{"type", "array"}, {"minItems", 1}, {"uniqueItems", true}, {"items", strategy}}}}};
}

}  // namespace

ValueRule real_number(double Point::*field, const Range& range) {
  return {[=](const WrittenValue& value, Draft& draft) {
            const auto number =
                read_number(value.document, value.json, value.pointer, range, value.diagnostics);
            if (number) { draft.point.*field = *number; }
            return number.has_value();
          },
          [=](const Point& point) { return canonical_number(point.*field); }, real_schema(range),
          range.words};
}

ValueRule whole_number(int64_t Point::*field, int64_t low, int64_t high) {
  return {[=](const WrittenValue& value, Draft& draft) {
            const auto number = read_integer(value.document, value.json, value.pointer, low, high,
                                             value.diagnostics);
            if (number) { draft.point.*field = *number; }
            return number.has_value();
          },
          [=](const Point& point) { return point.*field; }, whole_schema(low, high),
          fmt::format("an integer from {} to {}", low, high)};
}

ValueRule word_rule(const std::vector<std::string>& words,
                    const std::function<void(Point&, size_t)>& put,
                    const std::function<std::string(const Point&)>& word_of) {
  const std::string known = fmt::format("'{}'", fmt::join(words, "', '"));
  const auto read = [=](const WrittenValue& value, Draft& draft) {
    const auto word =
        read_word(value.document, value.json, value.pointer, words, value.diagnostics);
    if (!word) { return false; }
    put(draft.point,
        static_cast<size_t>(std::find(words.begin(), words.end(), *word) - words.begin()));
    return true;
  };
  return {read, [=](const Point& point) { return word_of(point); }, {{"enum", words}}, known};
}

ValueRule one_word(std::string Point::*field, const std::vector<std::string>& words) {
  return word_rule(
      words, [=](Point& point, size_t index) { point.*field = words.at(index); },
      [=](const Point& point) { return point.*field; });
}

ValueRule own_whole_number(const char* path, int64_t standard, int64_t low, int64_t high) {
  return {[=](const WrittenValue& value, Draft& draft) {
            const auto number = read_integer(value.document, value.json, value.pointer, low, high,
                                             value.diagnostics);
            if (number) { draft.point.own[path] = *number; }
            return number.has_value();
          },
          [=](const Point& point) { return own_integer(point, path, standard); },
          whole_schema(low, high), fmt::format("an integer from {} to {}", low, high)};
}

ValueRule own_word(const char* path, const std::vector<std::string>& words) {
  return word_rule(
      words, [=](Point& point, size_t index) { point.own[path] = words.at(index); },
      [=](const Point& point) { return own_word_of(point, path, words.front()); });
}

Json to_json(const model::ModelSize& size) {
  if (!size.name.empty()) { return size.name; }
  return {{"width", size.width}, {"layers", size.layers}, {"heads", size.heads}};
}

ValueRule model_size() {
  return {read_size, write_size, size_schema(),
          fmt::format("{}, or {{width, layers, heads}}", fmt::join(size_names(), ", "))};
}

ValueRule session_set() {
  return {[](const WrittenValue& value, Draft& draft) {
            auto name = read_text(value.document, value.json, value.pointer, value.diagnostics);
            if (name) { draft.subset = std::move(*name); }
            return name.has_value();
          },
          [](const Point& point) { return digest_of(point.sessions); },
          {{"$ref", "#/definitions/name"}},
          "the name of a session set"};
}

ValueRule training_strategies() {
  return {read_strategies,
          [](const Point& point) {
            std::vector<std::string> names = point.training_strategies;
            std::sort(names.begin(), names.end());
            names.erase(std::unique(names.begin(), names.end()), names.end());
            return names;
          },
          strategies_schema(), "the name of a strategy or of a table of them, or a list"};
}

ValueRule worker_value() {
  return {read_worker_value,
          [](const Point& point) { return nlohmann::json(point.worker); },
          {{"type", {"number", "string", "boolean"}}},
          "a number, a text, `true` or `false`"};
}

}  // namespace enigma::sweeps
