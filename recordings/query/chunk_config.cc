#include "recordings/query/chunk_config.h"

#include "diagnostics/nearest.h"
#include "recordings/format/document.h"
#include "recordings/format/problem.h"

#include <algorithm>
#include <array>
#include <utility>

namespace enigma::recordings::query {
namespace {

using Diagnostics = std::vector<Diagnostic>;

constexpr int64_t kSamplesMax = 10'000'000;
constexpr int64_t kPrecisionMax = 12;
const std::array<std::string, 10> kArguments = {"global_sampling_rate",
                                                "global_chunk_size",
                                                "add_behavior_as_channels",
                                                "replace_nans_with_means",
                                                "cache_data",
                                                "out_keys",
                                                "normalize_timestamps",
                                                "seed",
                                                "safe_interval_threshold",
                                                "interpolate_precision"};
const std::array<std::string, 3> kConditions = {"modality", "tier", "valid_trial"};

struct Reader {
  const std::filesystem::path& file;
  Diagnostics& diagnostics;

  void refuse(const std::string& pointer, const std::string& message, const std::string& expected,
              const nlohmann::json& found) const {
    diagnostics.push_back(problem_in(file, pointer, message, expected, shown(found)));
  }
};

nlohmann::json member(const nlohmann::json& object, const char* key) {
  return object.is_object() && object.contains(key) ? object[key] : nlohmann::json();
}

void take_out_keys(ChunkConfig& config, const nlohmann::json& keys, const Reader& reader) {
  if (keys.is_null()) { return; }
  const bool good = keys.is_array() && std::all_of(keys.begin(), keys.end(),
                                                   [](const auto& key) { return key.is_string(); });
  if (!good) {
    return reader.refuse("/args/out_keys", "names cannot be read", "a list of names", keys);
  }
  config.has_out_keys = !keys.empty();  // an empty list reads as none given, as published
  config.out_keys = keys.get<std::vector<std::string>>();
}

void take_arguments(ChunkConfig& config, const nlohmann::json& args, const Reader& reader) {
  if (!args.is_object() && !args.is_null()) {
    return reader.refuse("/args", "arguments cannot be read", "an object", args);
  }
  Fields fields(args, reader.file, "/args", reader.diagnostics);
  if (args.is_object()) {
    for (const auto& [key, value] : args.items()) {
      if (std::find(kArguments.begin(), kArguments.end(), key) == kArguments.end()) {
        reader.refuse("/args/" + key, "no such argument", "an argument of ChunkDataset", key);
        reader.diagnostics.back().suggestion = suggest_name(key, kArguments);
      }
    }
  }
  if (fields.flag_or("add_behavior_as_channels", false)) {
    reader.refuse("/args/add_behavior_as_channels", "behaviour as channels is not supported",
                  "false", true);
  }
  config.safe_interval_s = fields.number_or("safe_interval_threshold", config.safe_interval_s);
  if (fields.has("interpolate_precision")) {
    config.precision = fields.count("interpolate_precision");
  }
  if (config.precision > kPrecisionMax) {
    reader.refuse("/args/interpolate_precision", "too many decimal places", "at most 12",
                  config.precision);
  }
  config.cache = fields.flag_or("cache_data", false);
  config.normalize_timestamps = fields.flag_or("normalize_timestamps", true);
  take_out_keys(config, member(args, "out_keys"), reader);
}

void take_filters(ChunkModality& modality, const nlohmann::json& filters,
                  const std::string& pointer, const Reader& reader) {
  if (filters.is_null()) { return; }
  modality.filtered = true;
  if (!filters.is_object()) {
    return reader.refuse(pointer, "filters cannot be read", "an object", filters);
  }
  for (const auto& [name, filter] : filters.items()) {
    const std::string at = pointer + "/" + name;
    nlohmann::json target = member(filter, "__target__");
    if (target.is_null()) { target = member(filter, "_target_"); }
    if (!target.is_string() || !target.get<std::string>().ends_with("nan_filter")) {
      reader.refuse(at, "no such filter", "__target__ …common_filters.nan_filter", filter);
      continue;
    }
    Fields fields(filter, reader.file, at, reader.diagnostics);
    modality.nan_vicinities_s.push_back(fields.number_or("vicinity", 0.05));
  }
}

void take_sizes(ChunkModality& modality, const nlohmann::json& json, const nlohmann::json& args,
                const std::string& pointer, const Reader& reader) {
  Fields own(json, reader.file, pointer, reader.diagnostics);
  Fields global(args, reader.file, "/args", reader.diagnostics);
  modality.rate_hz = global.number_or("global_sampling_rate", 0);
  if (modality.rate_hz == 0) { modality.rate_hz = own.number("sampling_rate"); }
  if (global.has("global_chunk_size")) { modality.samples = global.count("global_chunk_size"); }
  if (modality.samples == 0) { modality.samples = own.count("chunk_size"); }
  modality.offset_s = own.number("offset");
  if (has_errors(reader.diagnostics)) { return; }
  if (modality.rate_hz <= 0) {
    reader.refuse(pointer + "/sampling_rate", "rate is not positive", "samples per second",
                  modality.rate_hz);
  }
  if (modality.samples < 1 || modality.samples > kSamplesMax) {
    reader.refuse(pointer + "/chunk_size", "chunk has no usable length", "1 to 10,000,000 samples",
                  modality.samples);
  }
}

void take_modality(ChunkConfig& config, const std::string& name, const nlohmann::json& json,
                   const nlohmann::json& args, const Reader& reader) {
  const std::string pointer = "/modality_config/" + name;
  ChunkModality modality;
  modality.name = name;
  if (!json.is_object()) {
    return reader.refuse(pointer, "configuration cannot be read", "an object", json);
  }
  take_sizes(modality, json, args, pointer, reader);
  for (const char* block : {"interpolation", "transforms"}) {
    if (!member(json, block).is_object()) {
      reader.refuse(pointer + "/" + block, "block is missing", "an object, perhaps {}",
                    member(json, block));
    }
  }
  modality.interpolation = member(json, "interpolation");
  if (config.cache && modality.interpolation.is_object()) {
    modality.interpolation["cache_data"] = true;
  }
  modality.normalization = member(member(json, "transforms"), "normalization");
  if (modality.normalization == false || modality.normalization == "") {
    modality.normalization = {};
  }
  if (!modality.normalization.is_null() && !modality.normalization.is_string() &&
      !modality.normalization.is_object()) {
    reader.refuse(pointer + "/transforms/normalization", "normalisation cannot be read",
                  "a word, or {means, stds}", modality.normalization);
  }
  take_filters(modality, member(json, "filters"), pointer + "/filters", reader);
  config.modalities.push_back(std::move(modality));
}

void take_condition(ChunkConfig& config, const nlohmann::json& condition,
                    const std::string& pointer, const Reader& reader) {
  if (!condition.is_object()) {
    return reader.refuse(pointer, "condition cannot be read", "an object of key and value",
                         condition);
  }
  for (const auto& [key, value] : condition.items()) {
    if (std::find(kConditions.begin(), kConditions.end(), key) == kConditions.end()) {
      reader.refuse(pointer + "/" + key, "trials cannot be chosen by this",
                    "modality, tier or valid_trial", key);
      reader.diagnostics.back().suggestion = suggest_name(key, kConditions);
    }
  }
  if (!condition.empty()) { config.conditions.push_back(condition); }
}

void take_screen(ChunkConfig& config, const nlohmann::json& screen, const Reader& reader) {
  const std::string pointer = "/modality_config/screen";
  if (!screen.is_object()) {
    return reader.refuse(pointer, "screen is not configured", "an object", screen);
  }
  const nlohmann::json condition = member(screen, "valid_condition");
  if (condition.is_array()) {
    for (size_t i = 0; i < condition.size(); ++i) {
      take_condition(config, condition[i], pointer + "/valid_condition/" + std::to_string(i),
                     reader);
    }
  } else {
    take_condition(config, condition, pointer + "/valid_condition", reader);
  }
  const nlohmann::json blanks = member(screen, "include_blanks");
  if (!blanks.is_boolean()) {
    reader.refuse(pointer + "/include_blanks", "field is missing or of the wrong type",
                  "true or false", blanks);
  }
  if (blanks == true) { config.conditions.push_back({{"tier", "blank"}}); }
  Fields fields(screen, reader.file, pointer, reader.diagnostics);
  config.stride = fields.count("sample_stride");
  if (config.stride < 1) {
    reader.refuse(pointer + "/sample_stride", "stride is not positive", "at least 1",
                  config.stride);
  }
}

}  // namespace

bool ChunkConfig::gives(const std::string& key) const {
  return !has_out_keys || std::find(out_keys.begin(), out_keys.end(), key) != out_keys.end();
}

Parsed<ChunkConfig> read_chunk_config(const nlohmann::json& document,
                                      const std::filesystem::path& file) {
  Parsed<ChunkConfig> parsed;
  const Reader reader{file, parsed.diagnostics};
  ChunkConfig config;
  const nlohmann::json args = member(document, "args");
  const nlohmann::json modalities = member(document, "modality_config");
  take_arguments(config, args, reader);
  if (modalities.is_object()) {
    for (const auto& [name, json] : modalities.items()) {
      take_modality(config, name, json, args, reader);
    }
    take_screen(config, member(modalities, "screen"), reader);
  } else {
    reader.refuse("/modality_config", "modalities are not configured", "an object by modality",
                  modalities);
  }
  if (!has_errors(parsed.diagnostics)) { parsed.value = std::move(config); }
  return parsed;
}

}  // namespace enigma::recordings::query
