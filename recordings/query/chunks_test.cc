// The published dataset's own answers: chunk starts, statistics and samples of every case that
// index.json lists.
#include "recordings/query/chunks.h"

#include "files/safetensors.h"
#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/query/column_moments.h"
#include "recordings/query/interval_set.h"
#include "recordings/shared_recordings.h"
#include "recordings/small_recording.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

namespace enigma::recordings::query {
namespace {

namespace fs = std::filesystem;

template <typename T>
std::vector<T> numbers(const nlohmann::json& list, const fs::path& folder) {
  if (list.is_array()) { return list.get<std::vector<T>>(); }
  const Parsed<NpyArray> array = open_npy(folder / list.at("file").get<std::string>());
  REQUIRE(array.ok());
  std::vector<T> values;
  for (int64_t i = 0; i < array.value->elements; ++i) {
    values.push_back(
        static_cast<T>(number_at(array.value->data, array.value->type, static_cast<size_t>(i))));
  }
  return values;
}

double tolerance_of(NumberType type) {
  return type == NumberType::f16 ? 2e-3 : 2e-5;
}

bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * (1 + std::abs(b));
}

// The checksums of a tensor; `scale` is the largest that a sum's terms are.
void check_tensor(const Answer& answer, const nlohmann::json& expect) {
  CHECK(name_of(answer.type) == expect.at("dtype").get<std::string>());
  CHECK(answer.shape == expect.at("shape").get<std::vector<int64_t>>());
  if (answer.shape != expect.at("shape").get<std::vector<int64_t>>()) { return; }
  double sum = 0, ramp = 0, size = 0;
  int64_t nans = 0;
  int64_t finite = 0;
  for (int64_t i = 0; i < answer.elements(); ++i) {
    const double value = answer.number(i);
    nans += std::isnan(value);
    if (!std::isfinite(value)) { continue; }
    sum += value;
    ramp += value * static_cast<double>(finite++ % 101 + 1);
    size += std::abs(value);
  }
  const double tolerance = tolerance_of(answer.type);
  CHECK(nans == expect.at("nan").get<int64_t>());
  CHECK(std::abs(sum - expect.at("sum").get<double>()) <= tolerance * (1 + size));
  if (nans == 0) {
    CHECK(std::abs(ramp - expect.at("ramp").get<double>()) <= 101 * tolerance * (1 + size));
  }
  for (size_t i = 0; i < expect.at("first").size(); ++i) {
    if (!expect["first"][i].is_null()) {
      CHECK(near(answer.number(static_cast<int64_t>(i)), expect["first"][i].get<double>(),
                 tolerance));
    }
  }
}

void check_file(const std::map<std::string, Answer>& tensors, const fs::path& file) {
  const Safetensors golden(file);
  CHECK(golden.tensors().size() == tensors.size());
  for (const auto& [name, theirs] : golden.tensors()) {
    CAPTURE(name);
    REQUIRE(tensors.contains(name));
    const Answer& ours = tensors.at(name);
    REQUIRE(ours.bytes.size() == theirs.bytes.size());
    size_t wrong = 0;
    for (int64_t i = 0; i < ours.elements(); ++i) {
      const double a = ours.number(i);
      const double b = number_at(theirs.bytes.data(), ours.type, static_cast<size_t>(i));
      wrong += !(std::isnan(a) && std::isnan(b)) && !near(a, b, tolerance_of(ours.type));
    }
    CHECK(wrong == 0);
  }
}

void check_statistics(const Chunks& chunks, const nlohmann::json& expect, const fs::path& folder) {
  for (const auto& [name, statistics] : expect.items()) {
    CAPTURE(name);
    const ChunkDevice* device = chunks.find(name);
    REQUIRE(device != nullptr);
    REQUIRE(device->normalization.has_value());
    CHECK(device->normalization->mean == numbers<double>(statistics.at("mean"), folder));
    CHECK(device->normalization->std == numbers<double>(statistics.at("std"), folder));
  }
}

void check_description(const Chunks& chunks, const nlohmann::json& expect, const fs::path& folder) {
  const nlohmann::json ours = nlohmann::json::parse(description_of(chunks).dump());
  for (const char* key : {"data_key", "devices", "experiment_range", "start_time", "end_time",
                          "grid", "n_valid_starts", "length"}) {
    CAPTURE(key);
    CHECK(ours.at(key) == expect.at(key));
  }
  if (expect.contains("trials")) { CHECK(ours.at("trials") == expect.at("trials")); }
  CHECK(chunks.start_indices == numbers<int64_t>(expect.at("start_grid_indices"), folder));
  if (expect.contains("starts")) {
    CHECK(ours.at("starts").get<std::vector<double>>() ==
          numbers<double>(expect.at("starts"), folder));
  }
  check_statistics(chunks, expect.value("statistics", nlohmann::json::object()), folder);
}

// This one's answer was recorded with a filter that its configuration has lost since: it equals
// that of "missing-without-filter", whose answer is another.
nlohmann::json as_asked(nlohmann::json dataset) {
  auto& modalities = dataset.at("modality_config");
  if (dataset.at("id") == "missing-with-filter") {
    modalities["pupil"]["filters"] = modalities.at("eye_tracker").at("filters");
  }
  return dataset;
}

void check_dataset(const nlohmann::json& dataset, const fs::path& folder,
                   const fs::path& experiment) {
  const nlohmann::json& expect = dataset.at("expect");
  const bool defect = dataset.contains("defect") || expect.contains("defect");
  const Parsed<ChunkConfig> config = read_chunk_config(dataset, folder / "golden.json");
  Parsed<Chunks> chunks;
  if (config.ok()) { chunks = open_chunks(experiment, *config.value); }
  if (expect.contains("error")) {
    if (defect) { return; }
    CHECK(!chunks.ok());
    const auto& said = config.ok() ? chunks.diagnostics : config.diagnostics;
    REQUIRE(!said.empty());
    CHECK(!said.front().file.empty());
    return;
  }
  REQUIRE(config.ok());
  REQUIRE(chunks.ok());
  const std::string id = dataset.at("id");
  // Told apart below; the others' answers are the text's, too.
  if (defect && id != "resize-ignored" && !id.starts_with("uint8")) { return; }
  check_description(*chunks.value, expect, folder);
  for (const auto& sample : expect.value("samples", nlohmann::json::array())) {
    CAPTURE(sample.at("index").get<int64_t>());
    const auto tensors = read_chunk(*chunks.value, sample.at("index").get<int64_t>());
    REQUIRE(tensors.ok());
    CHECK(tensors.value->size() == sample.at("tensors").size());
    for (const auto& [name, tensor] : sample.at("tensors").items()) {
      CAPTURE(name);
      REQUIRE(tensors.value->contains(name));
      check_tensor(tensors.value->at(name), tensor);
    }
    if (sample.contains("file")) {
      check_file(*tensors.value, folder / sample.at("file").get<std::string>());
    }
  }
}

// The dataset of a case by its id, opened.
Chunks dataset_of(const fs::path& folder, const std::string& id) {
  const nlohmann::json golden = read_json(folder / "golden.json").value.value();
  for (const auto& dataset : golden.at("datasets")) {
    if (dataset.at("id") == id) {
      return open_chunks(folder / "experiment", read_chunk_config(dataset, folder).value.value())
          .value.value();
    }
  }
  FAIL("no such dataset");
  return {};
}

}  // namespace

TEST_CASE("chunks: every published answer holds") {
  const auto shared = shared_recordings("chunks: published answers");
  if (shared.empty()) { return; }
  const fs::path cases = shared / "experanto-cases";
  const nlohmann::json index = read_json(cases / "index.json").value.value();
  int64_t checked = 0;
  for (const auto& entry : index) {
    const fs::path folder = cases / entry.at("case").get<std::string>();
    const nlohmann::json golden = read_json(folder / "golden.json").value.value();
    for (const auto& dataset : golden.value("datasets", nlohmann::json::array())) {
      CAPTURE(folder.filename().string());
      CAPTURE(dataset.at("id").get<std::string>());
      const fs::path experiment =
          dataset.contains("session")
              ? shared / "steinmetz" / dataset.at("session").get<std::string>()
              : folder / "experiment";
      check_dataset(as_asked(dataset), folder, experiment);
      ++checked;
    }
  }
  CHECK(checked >= 80);
  MESSAGE("datasets answered: " << checked);
}

TEST_CASE("chunks: where the published reader loses an axis or a filter, ours does not") {
  const auto shared = shared_recordings("chunks: defects");
  if (shared.empty()) { return; }
  const fs::path cases = shared / "experanto-cases";
  const Chunks one = dataset_of(cases / "dataset", "chunk-of-one");
  CHECK(read_chunk(one, 0).value.value().at("screen").shape == std::vector<int64_t>{1, 1, 9, 16});
  CHECK(dataset_of(cases / "dataset-all-nan", "every-second-row-nan").start_indices.empty());
}

namespace {

nlohmann::json small_config(int64_t precision, double rate_hz) {
  const nlohmann::json modality = {{"sampling_rate", rate_hz},
                                   {"chunk_size", 5},
                                   {"offset", 0},
                                   {"interpolation", nlohmann::json::object()},
                                   {"transforms", nlohmann::json::object()}};
  nlohmann::json screen = modality;
  screen.update(
      {{"valid_condition", {{"tier", "train"}}}, {"include_blanks", false}, {"sample_stride", 1}});
  return {{"args", {{"interpolate_precision", precision}}},
          {"modality_config", {{"responses", modality}, {"screen", screen}}}};
}

// A film that is three pixels wide reads as one color picture, as published: this one is four.
fs::path recording_of(SmallRecording& recording) {
  const fs::path& experiment = recording.write();
  const std::vector<uint8_t> film(20 * 2 * 4);
  write_atomically(experiment / "screen" / "data" / "00000.npy",
                   npy_bytes(NumberType::u8, {20, 2, 4}, film.data()));
  for (const char* trial : {"00000.yml", "00001.yml"}) {
    std::string text = read_file(experiment / "screen" / "meta" / trial);
    write_atomically(experiment / "screen" / "meta" / trial,
                     text.replace(text.find("[2, 3]"), 6, "[2, 4]"));
  }
  return experiment;
}

Parsed<std::map<std::string, Answer>> first_chunk(const fs::path& experiment, int64_t precision,
                                                  double rate_hz) {
  const auto config = read_chunk_config(small_config(precision, rate_hz), "config.json");
  REQUIRE(config.ok());
  const auto chunks = open_chunks(experiment, *config.value);
  REQUIRE(chunks.ok());
  REQUIRE(!chunks.value->start_indices.empty());
  return read_chunk(*chunks.value, 0);
}

}  // namespace

TEST_CASE("chunks: on a clock of seconds since 1970, any number of decimals reads or is refused") {
  SmallRecording recording;
  recording.start_s = 1.7e9;
  const fs::path experiment = recording_of(recording);
  for (int64_t precision = 3; precision <= 12; ++precision) {
    CAPTURE(precision);
    const auto chunk = first_chunk(experiment, precision, 9);
    if (precision >= 10) {  // 1.7e19 ticks are more than 64 bits hold
      REQUIRE(!chunk.ok());
      CHECK(chunk.diagnostics.at(0).pointer == "/args/interpolate_precision");
      continue;
    }
    REQUIRE(chunk.ok());
    CHECK(chunk.value->at("responses").shape == std::vector<int64_t>{5, 2});
    for (int64_t k = 0; k < 5; ++k) {
      CHECK(chunk.value->at("timestamps.responses").number(k) ==
            doctest::Approx(0.5 + double(k) / 9).epsilon(5e-3));
    }
  }
}

TEST_CASE("chunks: samples that are shorter than a decimal place are refused, not laid together") {
  SmallRecording recording;
  const fs::path experiment = recording_of(recording);
  CHECK(first_chunk(experiment, 5, 9).ok());
  const auto chunk = first_chunk(experiment, 5, 1e6);
  REQUIRE(!chunk.ok());
  CHECK(chunk.diagnostics.at(0).pointer == "/args/interpolate_precision");
}

TEST_CASE("interval sets: holes may overlap, touch and reach beyond") {
  const std::vector<TimeInterval> left =
      without({0, 10}, {{-1, 1}, {2, 4}, {3, 5}, {5, 6}, {9, 12}});
  REQUIRE(left.size() == 2);
  CHECK(left[0].start_s == 1);
  CHECK(left[0].end_s == 2);
  CHECK(left[1].start_s == 6);
  CHECK(left[1].end_s == 9);
  CHECK(without({0, 1}, {{0, 1}}).empty());
  const std::vector<TimeInterval> common = intersection(left, {{0, 1.5}, {1.75, 7}});
  REQUIRE(common.size() == 3);
  CHECK(common[2].start_s == 6);
  CHECK(common[2].end_s == 7);
}

}  // namespace enigma::recordings::query
