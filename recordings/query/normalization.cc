#include "recordings/query/normalization.h"

#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/format/problem.h"
#include "recordings/query/column_moments.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace enigma::recordings::query {
namespace {

using Diagnostics = std::vector<Diagnostic>;

constexpr double kFloor = 0.01;  // of the mean std

struct Stored {
  std::vector<double> values;
  std::vector<int64_t> shape;
  NumberType type = NumberType::f64;
};

std::optional<Stored> read_stored(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const Parsed<NpyArray> array = open_npy(file);
  diagnostics.insert(diagnostics.end(), array.diagnostics.begin(), array.diagnostics.end());
  if (!array.ok()) { return std::nullopt; }
  Stored stored{{}, array.value->shape, array.value->type};
  for (int64_t i = 0; i < array.value->elements; ++i) {
    stored.values.push_back(
        number_at(array.value->data, array.value->type, static_cast<size_t>(i)));
  }
  return stored;
}

template <typename T>
double floor_of(const std::vector<double>& stds) {
  std::vector<T> values;
  for (double value : stds) { values.push_back(static_cast<T>(std::isnan(value) ? 0 : value)); }
  const auto count =
      std::count_if(stds.begin(), stds.end(), [](double value) { return !std::isnan(value); });
  const T mean = static_cast<T>(static_cast<double>(pairwise_sum(values.data(), values.size())) /
                                static_cast<double>(count));
  return static_cast<double>(static_cast<T>(kFloor) * mean);
}

void raise_small(Stored& stds, const std::filesystem::path& file, Diagnostics& diagnostics) {
  if (stds.shape.size() != 2 || stds.shape[0] < 1) {
    diagnostics.push_back(problem_in(file, "shape", "stds of responses have another shape",
                                     "(1, neurons)", shown(nlohmann::json(stds.shape))));
    return;
  }
  const double floor =
      stds.type == NumberType::f32 ? floor_of<float>(stds.values) : floor_of<double>(stds.values);
  for (size_t i = 0; i < static_cast<size_t>(stds.shape[1]); ++i) {
    if (stds.values[i] < floor) { stds.values[i] = floor; }
  }
}

void take_given(std::vector<double>& values, const nlohmann::json& mode, const char* key,
                const std::filesystem::path& folder, Diagnostics& diagnostics) {
  if (!mode.contains(key)) { return; }
  const nlohmann::json list = mode[key].is_array() ? mode[key] : nlohmann::json::array({mode[key]});
  values.clear();
  for (const auto& value : list) {
    if (value.is_number()) { values.push_back(value.get<double>()); }
  }
  if (values.size() != list.size()) {
    diagnostics.push_back(problem_in(folder, std::string("/transforms/normalization/") + key,
                                     "statistics cannot be read", "a number, or a list of numbers",
                                     shown(mode[key])));
  }
}

// "recompute_responses" looks at the responses whatever it is asked for; here it is their own mode.
void recompute(Normalization& normalization, const Device& device, bool with_mean,
               const std::filesystem::path& folder, Diagnostics& diagnostics) {
  const auto* sequence = std::get_if<SequenceDevice>(&device);
  if (sequence == nullptr) {
    diagnostics.push_back(problem_in(folder, "/transforms/normalization",
                                     "only statistics of a sequence can be recomputed",
                                     "a modality of kind sequence", "another kind"));
    return;
  }
  ColumnMoments moments = column_moments(*sequence);
  normalization.std = std::move(moments.deviation);
  if (with_mean) {
    normalization.mean = std::move(moments.mean);
  } else {
    normalization.mean.assign(normalization.mean.size(), 0);
  }
}

void apply_mode(Normalization& normalization, const Device& device, const nlohmann::json& mode,
                const std::filesystem::path& folder, Diagnostics& diagnostics) {
  if (mode.is_object()) {
    take_given(normalization.mean, mode, "means", folder, diagnostics);
    take_given(normalization.std, mode, "stds", folder, diagnostics);
  } else if (mode == "normalize_variance_only") {
    normalization.mean.assign(normalization.mean.size(), 0);
  } else if (mode == "recompute_responses") {
    recompute(normalization, device, false, folder, diagnostics);
  } else if (mode == "recompute_behavior") {
    recompute(normalization, device, true, folder, diagnostics);
  } else if (mode == "screen_default") {
    normalization = {{80}, {60}};
  }
}

NumberType type_of(const Device& device) {
  if (const auto* sequence = std::get_if<SequenceDevice>(&device)) {
    return sequence->linear ? NumberType::f64 : sequence->type();
  }
  if (std::holds_alternative<ScreenDevice>(device)) { return NumberType::f32; }
  return std::holds_alternative<SpikesDevice>(device) ? NumberType::f64 : NumberType::boolean;
}

// What the last axis holds once an answer is a tensor: a grey picture's is its width.
size_t columns_of(const Device& device) {
  if (const auto* sequence = std::get_if<SequenceDevice>(&device)) {
    return static_cast<size_t>(sequence->sequence.signals);
  }
  if (const auto* screen = std::get_if<ScreenDevice>(&device)) {
    return static_cast<size_t>(screen->image_size().back());
  }
  if (const auto* spikes = std::get_if<SpikesDevice>(&device)) {
    return static_cast<size_t>(spikes->spikes.units());
  }
  return std::get<IntervalsDevice>(device).labelled.labels.size();
}

// A value in the precision of `type`, stored at the place of element i.
double put(std::byte* bytes, NumberType type, size_t i, double value) {
  if (type == NumberType::f64) {
    std::memcpy(bytes + i * sizeof value, &value, sizeof value);
    return value;
  }
  const auto narrow = static_cast<float>(value);
  if (type == NumberType::f32) {
    std::memcpy(bytes + i * sizeof narrow, &narrow, sizeof narrow);
    return narrow;
  }
  const uint16_t half = half_of(narrow);
  std::memcpy(bytes + i * sizeof half, &half, sizeof half);
  return number_at(bytes, NumberType::f16, i);
}

double rounded(NumberType type, double value) {
  std::byte place[sizeof(double)];
  return put(place, type, 0, value);
}

bool is_float(NumberType type) {
  return type == NumberType::f16 || type == NumberType::f32 || type == NumberType::f64;
}

}  // namespace

Parsed<Normalization> read_normalization(const std::filesystem::path& folder, const Device& device,
                                         const nlohmann::json& mode) {
  Parsed<Normalization> parsed;
  const std::filesystem::path stds_file = folder / "meta" / "stds.npy";
  auto means = read_stored(folder / "meta" / "means.npy", parsed.diagnostics);
  auto stds = read_stored(stds_file, parsed.diagnostics);
  if (!means || !stds) { return parsed; }
  if (folder.filename() == "responses") { raise_small(*stds, stds_file, parsed.diagnostics); }
  Normalization normalization{std::move(means->values), std::move(stds->values)};
  apply_mode(normalization, device, mode, folder, parsed.diagnostics);
  if (!has_errors(parsed.diagnostics)) { parsed.value = std::move(normalization); }
  return parsed;
}

std::optional<Diagnostic> misfit_of(const Normalization& normalization, const Device& device,
                                    const std::filesystem::path& folder) {
  NumberType type = type_of(device);
  if (type == NumberType::u8) { type = NumberType::f32; }
  const std::string field = "/transforms/normalization";
  if (!is_float(type)) {
    return problem_in(folder, field, "integers cannot be normalised",
                      "values stored as float16, float32 or float64", std::string(name_of(type)));
  }
  for (const auto* list : {&normalization.mean, &normalization.std}) {
    if (list->size() != 1 && list->size() != columns_of(device)) {
      return problem_in(folder, field, "statistics do not fit the values",
                        "1 or " + std::to_string(columns_of(device)) + " numbers",
                        std::to_string(list->size()));
    }
  }
  for (size_t i = 0; i < normalization.std.size(); ++i) {
    if (rounded(type, normalization.std[i]) == 0) {
      return problem_in(folder, field + "/" + std::to_string(i), "a std is zero",
                        "stds that can be divided by",
                        std::to_string(normalization.std[i]) + " as " + std::string(name_of(type)));
    }
  }
  return std::nullopt;
}

void normalize(const Normalization& normalization, Answer& answer) {
  const auto columns = static_cast<size_t>(answer.shape.back());
  const auto rounded_list = [&](const std::vector<double>& list) {
    std::vector<double> row(columns);
    for (size_t i = 0; i < columns; ++i) {
      row[i] = rounded(answer.type, list[list.size() == 1 ? 0 : i]);
    }
    return row;
  };
  const std::vector<double> mean = rounded_list(normalization.mean);
  const std::vector<double> std = rounded_list(normalization.std);
  const auto count = static_cast<size_t>(answer.elements());
  for (size_t i = 0; i < count; ++i) {
    const size_t column = i % columns;
    const double value = number_at(answer.bytes.data(), answer.type, i);
    const double off = rounded(answer.type, value - mean[column]);
    put(answer.bytes.data(), answer.type, i, off / std[column]);
  }
}

}  // namespace enigma::recordings::query
