// The published reader's own answers to questions about small experiments: every question on a
// sequence's or screen's values that this reader answers (nearest values, no rescaling).
#include "recordings/document.h"
#include "recordings/npy.h"
#include "recordings/screen.h"
#include "recordings/sequence.h"
#include "recordings/shared_recordings.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

namespace enigma::recordings {
namespace {

std::vector<double> numbers(const nlohmann::json& list, const std::filesystem::path& folder) {
  std::vector<double> values;
  if (list.is_object()) {
    const Parsed<NpyArray> array = open_npy(folder / list.at("file").get<std::string>());
    REQUIRE(array.ok());
    for (int64_t i = 0; i < array.value->elements; ++i)
      values.push_back(number_at(array.value->data, array.value->type, static_cast<size_t>(i)));
  } else {
    for (const auto& value : list) values.push_back(value.is_null() ? NAN : value.get<double>());
  }
  return values;
}

struct Answer {
  std::vector<double> valid, values;
};

Answer ask(const Sequence& sequence, const std::vector<double>& times) {
  Answer answer;
  std::vector<float> row(static_cast<size_t>(sequence.signals));
  for (size_t i = 0; i < times.size(); ++i) {
    if (!read_row(sequence, times[i], 0, row)) continue;
    answer.valid.push_back(static_cast<double>(i));
    answer.values.insert(answer.values.end(), row.begin(), row.end());
  }
  return answer;
}

Answer ask(const Screen& screen, const std::vector<double>& times) {
  Answer answer;
  const int64_t area = screen.height * screen.width;
  std::vector<float> frame(static_cast<size_t>(area * screen.channels));
  for (size_t i = 0; i < times.size(); ++i) {
    const int64_t index = frame_at(screen, times[i]);
    if (index < 0) continue;
    answer.valid.push_back(static_cast<double>(i));
    read_frame(screen, index, frame);
    for (int64_t p = 0; p < area; ++p)  // the answers have channels last
      for (int64_t c = 0; c < screen.channels; ++c)
        answer.values.push_back(frame[static_cast<size_t>(c * area + p)]);
  }
  return answer;
}

bool same(const std::vector<double>& ours, const std::vector<double>& theirs) {
  if (ours.size() != theirs.size()) return false;
  for (size_t i = 0; i < ours.size(); ++i) {
    const double as_read = static_cast<double>(static_cast<float>(theirs[i]));
    if (ours[i] != as_read && !(std::isnan(ours[i]) && std::isnan(as_read))) return false;
  }
  return true;
}

bool is_answered_here(const nlohmann::json& query, const std::string& kind) {
  const nlohmann::json& config = query.at("config");
  if (query.contains("defect") || query.at("expect").contains("error")) return false;
  if (kind == "screen") return !config.contains("rescale");
  return kind == "sequence" &&
         config.value("interpolation_mode", "nearest_neighbor") == std::string("nearest_neighbor");
}

int check_case(const std::filesystem::path& folder) {
  const nlohmann::json golden = read_json(folder / "golden.json").value.value();
  int checked = 0;
  for (const auto& query : golden.at("queries")) {
    const std::filesystem::path device =
        folder / "experiment" / query.at("device").get<std::string>();
    const nlohmann::json meta = read_yaml(device / "meta.yml").value.value();
    const std::string kind = meta.at("modality").get<std::string>();
    if (!is_answered_here(query, kind)) continue;
    const std::vector<double> times = numbers(query.at("times"), folder);
    const Answer answer = kind == "screen" ? ask(open_screen(device, meta).value.value(), times)
                                           : ask(open_sequence(device, meta).value.value(), times);
    const nlohmann::json& expect = query.at("expect");
    CAPTURE(folder.filename().string());
    CAPTURE(query.at("id").get<std::string>());
    CHECK(same(answer.valid, numbers(expect.at("valid"), folder)));
    CHECK(same(answer.values, numbers(expect.at("values"), folder)));
    ++checked;
  }
  return checked;
}

}  // namespace

TEST_CASE("sequence and screen: values agree with the published reader's") {
  const auto shared = shared_recordings("sequence and screen: published answers");
  if (shared.empty()) return;
  int checked = 0;
  for (const char* name :
       {"sequence", "sequence-100hz", "sequence-epoch", "sequence-dtypes", "phase-shift", "screen",
        "screen-colour", "screen-meta-cache", "dataset-epoch"})
    checked += check_case(shared / "experanto-cases" / name);
  CHECK(checked >= 60);
  MESSAGE("questions answered: " << checked);
}

TEST_CASE("sequence: rounding below the first row gives the first row, not the last") {
  const auto shared = shared_recordings("sequence: first row");
  if (shared.empty()) return;
  const auto folder = shared / "experanto-cases" / "phase-shift" / "experiment" / "wraps";
  const Sequence sequence =
      open_sequence(folder, read_yaml(folder / "meta.yml").value.value()).value.value();
  std::vector<float> row(static_cast<size_t>(sequence.signals)), first(row);
  CHECK(read_row(sequence, sequence.valid_from_s(), 0, row));
  to_float(sequence.row(0), sequence.type, first);
  for (size_t n = 0; n < row.size(); ++n)
    if (sequence.shifts_s[n] + sequence.start_s == sequence.valid_from_s())
      CHECK(row[n] == first[n]);
}

}  // namespace enigma::recordings
