#include "recordings/scores/scores.h"

#include "recordings/format/number_type.h"
#include "recordings/format/problem.h"
#include "recordings/scores/pearson.h"
#include "recordings/scores/repeats.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace enigma::recordings::scores {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kFramesDropped = 50;
constexpr double kLogOffset = 1e-12;
constexpr int64_t kNeuronsMax = 10'000'000;

struct Numbers {
  std::vector<int64_t> shape;
  std::vector<double> values;
};

std::optional<NumberType> type_of(const std::string& dtype) {
  static const std::map<std::string, NumberType> types = {
      {"F64", NumberType::f64}, {"F32", NumberType::f32}, {"F16", NumberType::f16},
      {"I64", NumberType::i64}, {"I32", NumberType::i32}, {"I16", NumberType::i16},
      {"I8", NumberType::i8},   {"U64", NumberType::u64}, {"U32", NumberType::u32},
      {"U16", NumberType::u16}, {"U8", NumberType::u8},   {"BOOL", NumberType::boolean}};
  const auto found = types.find(dtype);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

bool is_whole(double number) {
  return number == std::floor(number) && std::abs(number) <= 0x1p53;
}

struct Source {
  const Safetensors& file;
  const std::filesystem::path& path;

  bool has(const std::string& name) const { return file.tensors().contains(name); }

  [[noreturn]] void refuse(const std::string& name, const std::string& message,
                           const std::string& expected, const std::string& found) const {
    throw InputError({problem_in(path, name, message, expected, found)});
  }

  NumberType type(const std::string& name) const {
    if (!has(name)) { refuse(name, "tensor is missing", "beside the others of its kind", "none"); }
    const std::string& dtype = file.at(name).dtype;
    const auto known = type_of(dtype);
    if (!known) { refuse(name, "number type cannot be read", "F64, F32, F16 or integers", dtype); }
    return *known;
  }

  Numbers read(const std::string& name) const {
    const NumberType stored = type(name);
    const TensorBytes& tensor = file.at(name);
    Numbers numbers{tensor.shape, {}};
    for (size_t i = 0; i < tensor.bytes.size() / bytes_of(stored); ++i) {
      numbers.values.push_back(number_at(tensor.bytes.data(), stored, i));
    }
    return numbers;
  }

  // Ids with every bit, those of the upper half of uint64 as negative ones: they stay different.
  std::vector<int64_t> read_ids(const std::string& name, size_t count) const {
    const NumberType stored = type(name);
    const TensorBytes& tensor = file.at(name);
    const size_t have = tensor.bytes.size() / bytes_of(stored);
    if (have != count) {
      refuse(name, "not one id each", std::to_string(count), std::to_string(have));
    }
    std::vector<int64_t> ids;
    for (size_t i = 0; i < count; ++i) {
      const ExactNumber id = exact_at(tensor.bytes.data(), stored, i);
      if (std::holds_alternative<double>(id) && !is_whole(std::get<double>(id))) {
        refuse(name, "id is no integer", "whole numbers", std::to_string(std::get<double>(id)));
      }
      ids.push_back(std::visit([](auto number) { return static_cast<int64_t>(number); }, id));
    }
    return ids;
  }

  Numbers read_like(const std::string& name, const Numbers& other) const {
    Numbers numbers = read(name);
    if (numbers.shape != other.shape) {
      refuse(name, "shapes do not fit", Json(other.shape).dump(), Json(numbers.shape).dump());
    }
    return numbers;
  }
};

// Undefined is null.
Json listed(const std::vector<double>& values) {
  Json list = Json::array();
  for (double value : values) { list.push_back(std::isfinite(value) ? Json(value) : Json()); }
  return list;
}
Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

RepeatedTrials trials_in(const Source& source) {
  Numbers responses = source.read("responses");
  Numbers predictions = source.read_like("predictions", responses);
  const std::vector<int64_t> shape = responses.shape;
  RepeatedTrials trials;
  if (shape.size() == 3) {
    for (int64_t s = 0; s < shape[0]; ++s) {
      trials.stimulus.insert(trials.stimulus.end(), static_cast<size_t>(shape[1]), s);
    }
  } else if (shape.size() == 2) {
    trials.stimulus = source.read_ids("image_ids", static_cast<size_t>(shape[0]));
  } else {
    source.refuse("responses", "axes cannot be read",
                  "[stimuli, repeats, neurons], or [trials, neurons] with image_ids",
                  Json(shape).dump());
  }
  if (trials.stimulus.empty() || shape.back() == 0) {
    source.refuse("responses", "there is nothing to score", "trials and neurons",
                  Json(shape).dump());
  }
  trials.neurons = shape.back();
  trials.responses = std::move(responses.values);
  trials.predictions = std::move(predictions.values);
  return trials;
}

void score_repeats_of(const Source& source, Json& json) {
  const RepeatScores scores = score_repeats(trials_in(source));
  json["corr_single_trial"] = listed(scores.corr_single_trial);
  json["corr_to_average"] = listed(scores.corr_to_average);
  json["fev"] = listed(scores.fev);
  json["feve"] = listed(scores.feve);
  json["explainable_var"] = listed(scores.explainable_var);
  json["oracle_jackknife"] = listed(scores.oracle_jackknife);
  json["oracle_conservative"] = listed(scores.oracle_conservative);
  json["snr"] = listed(scores.snr);
  json["signal_power"] = scores.signal_power.empty() ? Json() : listed(scores.signal_power);
  json["ccnorm"] = scores.ccnorm.empty() ? Json() : listed(scores.ccnorm);
  const FeveMean feve = mean_feve(scores);
  json["mean_single_trial"] = number_or_null(mean_of_finite(scores.corr_single_trial));
  json["mean_to_average"] = number_or_null(mean_of_finite(scores.corr_to_average));
  json["feve_mean_over_fev_ge_0_15"] = number_or_null(feve.mean);
  json["n_kept"] = feve.kept;
  json["gini_of_fev"] = number_or_null(gini(scores.fev));
}

struct Film {
  std::vector<std::vector<double>> responses, predictions;  // per neuron, trials strung together
};

void append_trial(const Source& source, const std::string& trial, Film& film) {
  const Numbers responses = source.read(trial + ".responses");
  const Numbers predictions = source.read(trial + ".predictions");
  if (responses.shape.size() != 2 || predictions.shape.size() != 2 ||
      responses.shape[0] != predictions.shape[0]) {
    source.refuse(trial + ".predictions", "shapes do not fit", "[neurons, frames] of both",
                  Json(predictions.shape).dump());
  }
  const int64_t neurons = responses.shape[0];
  if (film.responses.empty()) {
    film.responses.resize(static_cast<size_t>(neurons));
    film.predictions.resize(static_cast<size_t>(neurons));
  }
  if (film.responses.size() != static_cast<size_t>(neurons)) {
    source.refuse(trial + ".responses", "trials differ in neurons",
                  std::to_string(film.responses.size()), std::to_string(neurons));
  }
  const int64_t all = responses.shape[1], told = predictions.shape[1];
  const int64_t frames = std::min(std::max<int64_t>(0, all - kFramesDropped), told);
  for (int64_t n = 0; n < neurons; ++n) {
    for (int64_t f = 0; f < frames; ++f) {
      const auto neuron = static_cast<size_t>(n);
      film.responses[neuron].push_back(
          responses.values[static_cast<size_t>(n * all + all - frames + f)]);
      film.predictions[neuron].push_back(
          predictions.values[static_cast<size_t>(n * told + told - frames + f)]);
    }
  }
}

void score_movies(const Source& source, Json& json) {
  Film film;
  for (int64_t k = 0; source.has("trial" + std::to_string(k) + ".responses"); ++k) {
    append_trial(source, "trial" + std::to_string(k), film);
  }
  std::vector<double> r, losses;
  double loss = 0, frames = 0;
  for (size_t n = 0; n < film.responses.size(); ++n) {
    const double one = pearson(film.predictions[n], film.responses[n], kSoftening);
    r.push_back(std::isnan(one) ? 0 : one);
    double sum = 0;
    for (size_t f = 0; f < film.responses[n].size(); ++f) {
      sum += film.predictions[n][f] -
             film.responses[n][f] * std::log(film.predictions[n][f] + kLogOffset);
    }
    losses.push_back(sum);
    loss += sum;
    frames += static_cast<double>(film.responses[n].size());
  }
  json["corr_per_neuron"] = listed(r);
  json["corr_mean"] = number_or_null(mean_of_finite(r));
  json["poisson_sum_per_neuron"] = listed(losses);
  json["poisson_mean"] = number_or_null(loss / frames);
}

std::string batch(int64_t k, const char* name) {
  return "batch" + std::to_string(k) + "." + name;
}

void score_population(const Source& source, Json& json) {
  std::vector<PairMoments> neurons;
  for (int64_t k = 0; source.has(batch(k, "target")); ++k) {
    const Numbers target = source.read(batch(k, "target"));
    const Numbers preds = source.read_like(batch(k, "preds"), target);
    const auto ids = source.read_ids(batch(k, "neuron_ids"), target.values.size());
    for (size_t i = 0; i < target.values.size(); ++i) {
      if (ids[i] < 0 || ids[i] >= kNeuronsMax) {
        source.refuse(batch(k, "neuron_ids"), "no such neuron", "0 to 9,999,999",
                      std::to_string(ids[i]));
      }
      const auto id = static_cast<size_t>(ids[i]);
      if (id >= neurons.size()) { neurons.resize(id + 1); }
      neurons[id].add(preds.values[i], target.values[i]);
    }
  }
  const auto per_neuron = [&](auto value) {
    std::vector<double> values;
    for (const PairMoments& neuron : neurons) {
      values.push_back(static_cast<double>(value(neuron)));
    }
    return listed(values);
  };
  json["per_neuron_r"] = per_neuron([](const PairMoments& m) { return m.r(); });
  json["counts"] = per_neuron([](const PairMoments& m) { return m.count; });
  json["mean_pred"] = per_neuron([](const PairMoments& m) { return m.mean_x; });
  json["mean_target"] = per_neuron([](const PairMoments& m) { return m.mean_y; });
  json["M2_pred"] = per_neuron([](const PairMoments& m) { return m.m2_x; });
  json["M2_target"] = per_neuron([](const PairMoments& m) { return m.m2_y; });
  json["C2"] = per_neuron([](const PairMoments& m) { return m.c2; });
  json["population"] = number_or_null(population_correlation(neurons));
}

void append_behavior(const Source& source, int64_t k, std::vector<std::vector<double>>& preds,
                     std::vector<std::vector<double>>& labels) {
  const Numbers told = source.read(batch(k, "labels"));
  const Numbers said = source.read_like(batch(k, "preds"), told);
  if (told.shape.size() != 3 || told.shape[1] != static_cast<int64_t>(labels.size())) {
    source.refuse(batch(k, "labels"), "axes cannot be read", "[batch, 5 channels, samples]",
                  Json(told.shape).dump());
  }
  const auto samples = static_cast<size_t>(told.shape[2]);
  for (size_t i = 0; i < told.values.size(); ++i) {
    const size_t channel = i / samples % labels.size();
    labels[channel].push_back(told.values[i]);
    preds[channel].push_back(said.values[i]);
  }
}

void score_behavior(const Source& source, Json& json) {
  std::vector<std::vector<double>> preds(5), labels(5);
  for (int64_t k = 0; source.has(batch(k, "labels")); ++k) {
    append_behavior(source, k, preds, labels);
  }
  const std::vector<std::pair<std::string, std::vector<size_t>>> groups = {
      {"pair01", {0, 1}}, {"pair23", {2, 3}}, {"single4", {4}}};
  for (const auto& [name, channels] : groups) {
    std::vector<double> r;
    for (size_t channel : channels) { r.push_back(pearson(preds[channel], labels[channel])); }
    json[name] = number_or_null(mean_of_finite(r));
    json[name + ".per_channel"] = listed(r);
  }
}

void score_sessions(const Source& source, Json& json) {
  const Numbers r = source.read("session_r");
  const Numbers neurons = source.read_like("n_neurons", r);
  json["overall"] = number_or_null(pooled_correlation(r.values, neurons.values));
}

}  // namespace

nlohmann::ordered_json score(const Safetensors& file, const std::filesystem::path& path) {
  const Source source{file, path};
  Json json = Json::object();
  if (source.has("responses")) { score_repeats_of(source, json); }
  if (source.has("trial0.responses")) { score_movies(source, json); }
  if (source.has("batch0.target")) { score_population(source, json); }
  if (source.has("batch0.labels")) { score_behavior(source, json); }
  if (source.has("session_r")) { score_sessions(source, json); }
  if (json.empty()) {
    source.refuse("", "holds nothing that can be scored",
                  "responses and predictions; trial0.responses; batch0.preds; session_r",
                  std::to_string(file.tensors().size()) + " other tensors");
  }
  return json;
}

}  // namespace enigma::recordings::scores
