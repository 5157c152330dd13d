#include "sweeps/setting.h"

#include "diagnostics/nearest.h"
#include "model/shape/strategy.h"

#include <algorithm>
#include <utility>

namespace enigma::sweeps {
namespace {

using Diagnostics = std::vector<Diagnostic>;

constexpr int64_t kStepsMax = 1'000'000'000;
constexpr int64_t kBatchMax = 1'000'000;
constexpr int64_t kWidthMax = 1 << 16;
constexpr Range kEpsilon{0, 1, true, "a positive number of at most 1"};
constexpr Range kLearningRate{0, 10, true, "a positive number of at most 10"};

template <typename T>
bool store(T& field, std::optional<T> value) {
  if (value) { field = std::move(*value); }
  return value.has_value();
}

Diagnostic fault(const Document& document, const Json& value, const std::string& pointer,
                 std::string message, std::string expected) {
  Diagnostic diagnostic = document.at(pointer, std::move(message));
  diagnostic.expected = std::move(expected);
  diagnostic.found = describe(value);
  return diagnostic;
}

bool read_size(const Document& document, const Json& value, const std::string& pointer,
               Draft& draft, Diagnostics& diagnostics) {
  model::ModelSize size;
  if (value.is_object()) {
    const size_t before = diagnostics.size();
    Fields fields(document, value, pointer, diagnostics);
    for (const char* key : {"width", "layers", "heads"}) { fields.need(key, "an integer"); }
    size.width = fields.integer("width", 1, kWidthMax).value_or(0);
    size.layers = fields.integer("layers", 1, 1024).value_or(0);
    size.heads = fields.integer("heads", 1, 1024).value_or(0);
    fields.finish();
    if (diagnostics.size() > before) { return false; }
  } else {
    const auto name =
        read_word(document, value, pointer, model::published_size_names(), diagnostics);
    if (!name) { return false; }
    size.name = *name;
  }
  if (const auto why = model::check_size(size)) {
    diagnostics.push_back(fault(document, value, pointer, *why, "a size that can be built"));
    return false;
  }
  draft.point.size = size;
  return true;
}

bool read_strategies(const Document& document, const Json& value, const std::string& pointer,
                     Draft& draft, Diagnostics& diagnostics) {
  if (value.is_string()) {
    auto name = read_word(document, value, pointer, model::strategy_names(), diagnostics);
    if (name) { draft.point.training_strategies = {std::move(*name)}; }
    return name.has_value();
  }
  auto names = read_texts(document, value, pointer, diagnostics);
  if (!names) { return false; }
  bool good = true;
  for (size_t i = 0; i < names->size(); ++i) {
    const std::string place = child_pointer(pointer, std::to_string(i));
    good &= read_word(document, value[i], place, model::strategy_names(), diagnostics).has_value();
  }
  std::sort(names->begin(), names->end());
  if (good) { draft.point.training_strategies = std::move(*names); }
  return good;
}

/// Words of which this version knows some and refuses others of the contract.
bool read_optimizer(const Document& document, const Json& value, const std::string& pointer,
                    Draft& draft, Diagnostics& diagnostics) {
  if (value == "muon") {
    diagnostics.push_back(
        fault(document, value, pointer, "'muon' is not supported by this version", "'adamw'"));
    return false;
  }
  return store(draft.point.optimizer, read_word(document, value, pointer, {"adamw"}, diagnostics));
}

template <double Point::*Field, const Range& range>
bool read_real(const Document& document, const Json& value, const std::string& pointer,
               Draft& draft, Diagnostics& diagnostics) {
  return store(draft.point.*Field, read_number(document, value, pointer, range, diagnostics));
}

template <int64_t Point::*Field, int64_t low, int64_t high>
bool read_whole(const Document& document, const Json& value, const std::string& pointer,
                Draft& draft, Diagnostics& diagnostics) {
  return store(draft.point.*Field, read_integer(document, value, pointer, low, high, diagnostics));
}

bool read_family(const Document& document, const Json& value, const std::string& pointer,
                 Draft& draft, Diagnostics& diagnostics) {
  return store(draft.point.family, read_word(document, value, pointer, {"brain"}, diagnostics));
}

bool read_subset(const Document& document, const Json& value, const std::string& pointer,
                 Draft& draft, Diagnostics& diagnostics) {
  return store(draft.subset, read_text(document, value, pointer, diagnostics));
}

bool read_precision(const Document& document, const Json& value, const std::string& pointer,
                    Draft& draft, Diagnostics& diagnostics) {
  return store(draft.point.precision,
               read_word(document, value, pointer, {"float32", "bfloat16"}, diagnostics));
}

bool read_bias(const Document& document, const Json& value, const std::string& pointer,
               Draft& draft, Diagnostics& diagnostics) {
  return store(draft.point.bias,
               read_word(document, value, pointer, {"rates", "published"}, diagnostics));
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> table = {
      {"budget.flops", read_real<&Point::budget_flops, kPositive>},
      {"data.sessions", read_subset},
      {"model.family", read_family},
      {"model.size", read_size},
      {"schedule.decay_steps", read_whole<&Point::decay_steps, 0, kStepsMax>},
      {"schedule.warmup_steps", read_whole<&Point::warmup_steps, 0, kStepsMax>},
      {"train.bias", read_bias},
      {"train.epsilon", read_real<&Point::epsilon, kEpsilon>},
      {"train.lanes", read_whole<&Point::lanes, 1, kBatchMax>},
      {"train.optimizer", read_optimizer},
      {"train.precision", read_precision},
      {"train.session_lr", read_real<&Point::session_lr, kLearningRate>},
      {"train.shared_lr", read_real<&Point::shared_lr, kLearningRate>},
      {"train.strategies", read_strategies},
      {"train.windows_per_lane", read_whole<&Point::windows_per_lane, 1, kBatchMax>},
  };
  return table;
}

const Setting* find_setting(const std::string& path) {
  for (const Setting& setting : settings()) {
    if (path == setting.path) { return &setting; }
  }
  return nullptr;
}

bool is_unsupported_path(const std::string& path) {
  return path == "parallel.form" || path == "data.normalization";
}

}  // namespace enigma::sweeps
