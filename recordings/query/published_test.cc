// The published reader's own answers, question by question: every case that index.json lists.
#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/query/device.h"
#include "recordings/shared_recordings.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

namespace enigma::recordings::query {
namespace {

namespace fs = std::filesystem;

std::vector<double> numbers_in(const fs::path& file) {
  const Parsed<NpyArray> array = open_npy(file);
  REQUIRE(array.ok());
  std::vector<double> values;
  for (int64_t i = 0; i < array.value->elements; ++i) {
    values.push_back(number_at(array.value->data, array.value->type, static_cast<size_t>(i)));
  }
  return values;
}

std::vector<double> numbers(const nlohmann::json& list, const fs::path& folder) {
  if (list.is_object()) { return numbers_in(folder / list.at("file").get<std::string>()); }
  std::vector<double> values;
  for (const auto& value : list) {
    values.push_back(value.is_null()      ? NAN
                     : value.is_boolean() ? static_cast<double>(value.get<bool>())
                                          : value.get<double>());
  }
  return values;
}

// Largest difference that the question allows: absolute for grey levels, else relative.
struct Tolerance {
  double absolute, relative;
};

Tolerance tolerance_of(const nlohmann::json& config) {
  if (config.contains("rescale")) { return {1, 0}; }
  if (config.contains("smoothing_sigma")) { return {1e-12, 1e-12}; }
  if (config.value("interpolation_mode", "") == "linear") { return {1e-300, 1e-12}; }
  return {0, 0};
}

bool same(const Answer& answer, const std::vector<double>& theirs, Tolerance tolerance) {
  if (answer.elements() != static_cast<int64_t>(theirs.size())) { return false; }
  for (size_t i = 0; i < theirs.size(); ++i) {
    const double ours = answer.number(static_cast<int64_t>(i));
    if (std::isnan(ours) && std::isnan(theirs[i])) { continue; }
    if (!(std::abs(ours - theirs[i]) <=
          tolerance.absolute + tolerance.relative * std::abs(theirs[i]))) {
      MESSAGE("at " << i << ": " << ours << " for " << theirs[i]);
      return false;
    }
  }
  return true;
}

void check_clock(const Device& device, const nlohmann::json& query) {
  if (!query.contains("clock")) { return; }
  const Clock clock = clock_of(device);
  CHECK(clock.start_s == query["clock"]["start"].get<double>());
  CHECK(clock.end_s == query["clock"]["end"].get<double>());
  CHECK(clock.valid_from_s == query["clock"]["valid"][0].get<double>());
  CHECK(clock.valid_to_s == query["clock"]["valid"][1].get<double>());
}

// A refusal names where and why; leaving the times out that cannot be answered says so too.
void check_refusal(const Parsed<Device>& device, const Parsed<Answer>& answer,
                   const fs::path& folder) {
  const auto& said = !device.ok()   ? device.diagnostics
                     : !answer.ok() ? answer.diagnostics
                                    : answer.value->warnings;
  REQUIRE(!said.empty());
  CHECK(said.front().file.find(folder.string()) == 0);
  CHECK(!said.front().message.empty());
}

void check_query(const nlohmann::json& query, const fs::path& folder) {
  const fs::path device_folder = folder / "experiment" / query.at("device").get<std::string>();
  nlohmann::json config = query.at("config");
  config["cache_data"] = query.value("cache_data", false);
  const Parsed<Device> device = open_device(device_folder, config);
  Parsed<Answer> answer;
  if (device.ok()) { answer = ask(*device.value, numbers(query.at("times"), folder)); }
  const nlohmann::json& expect = query.at("expect");
  if (expect.contains("error")) { return check_refusal(device, answer, device_folder); }
  REQUIRE(device.ok());
  check_clock(*device.value, query);
  REQUIRE(answer.ok());
  const std::vector<double> valid = numbers(expect.at("valid"), folder);
  CHECK(std::vector<double>(answer.value->valid.begin(), answer.value->valid.end()) == valid);
  CHECK(answer.value->shape == expect.at("shape").get<std::vector<int64_t>>());
  CHECK(name_of(answer.value->type) == expect.at("dtype").get<std::string>());
  if (query.contains("defect")) {
    return;  // told apart below
  }
  CHECK(
      same(*answer.value, numbers(expect.at("values"), folder), tolerance_of(query.at("config"))));
}

double sum_of(const Answer& answer, bool ramp) {
  double sum = 0;
  for (int64_t i = 0; i < answer.elements(); ++i) {
    sum += answer.number(i) * (ramp ? static_cast<double>(i % 101 + 1) : 1.0);
  }
  return sum;
}

// Questions to the real sessions are told as checksums, at t = k * 0.01.
void check_session_query(const nlohmann::json& query, const fs::path& recordings) {
  const fs::path folder = recordings / "steinmetz" / query.at("session").get<std::string>() /
                          query.at("device").get<std::string>();
  const nlohmann::json& expect = query.at("expect");
  const Parsed<Device> device = open_device(folder, query.at("config"));
  REQUIRE(device.ok());
  std::vector<double> times_s;
  for (int64_t k = 0; k < expect["shape"][0].get<int64_t>(); ++k) {
    times_s.push_back(static_cast<double>(k) * 0.01);
  }
  const Parsed<Answer> answer = ask(*device.value, times_s);
  REQUIRE(answer.ok());
  CHECK(answer.value->shape == expect.at("shape").get<std::vector<int64_t>>());
  CHECK(answer.value->valid.size() == expect.at("n_valid").get<size_t>());
  CHECK(sum_of(*answer.value, false) == expect.at("sum").get<double>());
  CHECK(sum_of(*answer.value, true) == expect.at("ramp").get<double>());
}

}  // namespace

TEST_CASE("query: every published answer holds") {
  const auto shared = shared_recordings("query: published answers");
  if (shared.empty()) { return; }
  const fs::path cases = shared / "experanto-cases";
  const nlohmann::json index = read_json(cases / "index.json").value.value();
  int64_t checked = 0;
  for (const auto& entry : index) {
    const fs::path folder = cases / entry.at("case").get<std::string>();
    const nlohmann::json golden = read_json(folder / "golden.json").value.value();
    for (const auto& query : golden.value("queries", nlohmann::json::array())) {
      CAPTURE(folder.filename().string());
      CAPTURE(query.at("id").get<std::string>());
      if (query.contains("session")) {
        check_session_query(query, shared);
      } else {
        check_query(query, folder);
      }
      ++checked;
    }
  }
  CHECK(checked >= 150);
  MESSAGE("questions answered: " << checked);
}

TEST_CASE("query: rounding below the first row gives the first row, not the last") {
  const auto shared = shared_recordings("query: first row");
  if (shared.empty()) { return; }
  const auto folder = shared / "experanto-cases" / "phase-shift" / "experiment" / "wraps";
  const Parsed<Device> device = open_device(folder, nullptr);
  REQUIRE(device.ok());
  const Sequence& sequence = std::get<SequenceDevice>(*device.value).sequence;
  const Parsed<Answer> answer = ask(*device.value, {sequence.valid_from_s()});
  REQUIRE(answer.ok());
  for (int64_t n = 0; n < sequence.signals; ++n) {
    const auto signal = static_cast<size_t>(n);
    if (sequence.shifts_s[signal] + sequence.start_s != sequence.valid_from_s()) { continue; }
    CHECK(answer.value->number(n) == number_at(sequence.row(0), sequence.type, signal));
  }
}

TEST_CASE("query: a time past the last row is left out and told") {
  const auto shared = shared_recordings("query: past the last row");
  if (shared.empty()) { return; }
  const auto folder = shared / "experanto-cases" / "sequence" / "experiment" / "responses";
  const Parsed<Device> device = open_device(folder, nullptr);
  REQUIRE(device.ok());
  const Parsed<Answer> answer = ask(*device.value, {3.966666666666667, 4.0});
  REQUIRE(answer.ok());
  CHECK(answer.value->valid == std::vector<int64_t>{0});
  REQUIRE(answer.value->warnings.size() == 1);
  CHECK(answer.value->warnings[0].file == folder.string());
}

}  // namespace enigma::recordings::query
