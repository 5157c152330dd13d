// What the values of a setting may be: how one is read from a document, written in canonical form,
// and described to people and to editors.
#pragma once

#include "input/fields.h"
#include "sweeps/point.h"

#include <functional>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// A point on its way: sessions are still the name of a set.
struct Draft {
  Point point;
  std::string subset;
};

class Family;

/// A value where somebody wrote it, for a model of `family`.
struct WrittenValue {
  const Document& document;
  const Json& json;
  std::string pointer;
  std::vector<Diagnostic>& diagnostics;
  const Family& family;
  std::string path;  ///< of worker settings: the row does not know it
};

struct ValueRule {
  /// Checks the value and puts it into the draft. False, with diagnostics, where it is wrong.
  std::function<bool(const WrittenValue&, Draft&)> read;
  /// As it stands in the canonical form of a point.
  std::function<nlohmann::json(const Point&)> write;
  Json schema;        ///< JSON Schema of one value
  std::string words;  ///< what a value is, for people
};

ValueRule real_number(double Point::*field, const Range& range);
ValueRule whole_number(int64_t Point::*field, int64_t low, int64_t high);
ValueRule one_word(std::string Point::*field, const std::vector<std::string>& words);
/// An enum by its names (a function `name_of`).
template <typename Enum>
ValueRule one_of(Enum Point::*field, const std::vector<Enum>& choices);

/// Of one family alone, kept in Point::own under `path`; the first word is the default.
ValueRule own_whole_number(const char* path, int64_t standard, int64_t low, int64_t high);
ValueRule own_word(const char* path, const std::vector<std::string>& words);

ValueRule model_size();
/// A size as specs and documents write it: its name, or an object.
Json to_json(const model::ModelSize& size);
/// The name of a session set; canonical: the digest of its sessions.
ValueRule session_set();
ValueRule training_strategies();
/// Of `worker.NAME`: a number, a text or a boolean, kept in Point::worker.
ValueRule worker_value();
/// What a NAME may be, as a regular expression.
inline constexpr const char* kWorkerNames = "^[A-Za-z_][A-Za-z0-9_]{0,63}$";

// ---- of templates

/// The rule of `words`, with what to do with the number of the one read and which one a point has.
ValueRule word_rule(const std::vector<std::string>& words,
                    const std::function<void(Point&, size_t)>& put,
                    const std::function<std::string(const Point&)>& word_of);

template <typename Enum>
ValueRule one_of(Enum Point::*field, const std::vector<Enum>& choices) {
  std::vector<std::string> words;
  for (const Enum choice : choices) { words.emplace_back(name_of(choice)); }
  return word_rule(
      words, [=](Point& point, size_t index) { point.*field = choices.at(index); },
      [=](const Point& point) { return std::string(name_of(point.*field)); });
}

}  // namespace enigma::sweeps
