#include "recordings/query/intervals_device.h"

#include <algorithm>
#include <utility>

namespace enigma::recordings::query {

Parsed<IntervalsDevice> open_intervals_device(const std::filesystem::path& folder,
                                              const nlohmann::json& meta) {
  Parsed<LabelledIntervals> labelled = open_labelled_intervals(folder, meta);
  if (!labelled.ok()) { return {std::nullopt, std::move(labelled.diagnostics)}; }
  return {IntervalsDevice{std::move(*labelled.value)}, std::move(labelled.diagnostics)};
}

Clock clock_of(const IntervalsDevice& device) {
  const LabelledIntervals& labelled = device.labelled;
  return {labelled.start_s, labelled.end_s, labelled.start_s, labelled.end_s};
}

Parsed<Answer> ask(const IntervalsDevice& device, const std::vector<double>& times_s) {
  const LabelledIntervals& labelled = device.labelled;
  Answer answer;
  answer.type = NumberType::boolean;
  answer.valid = times_inside(times_s, labelled.start_s, labelled.end_s);
  for (int64_t i : answer.valid) {
    for (const LabelledIntervals::Label& label : labelled.labels) {
      const double t_s = times_s[static_cast<size_t>(i)];
      const bool holds = std::any_of(
          label.intervals.begin(), label.intervals.end(),
          [&](const TimeInterval& span) { return t_s >= span.start_s && t_s < span.end_s; });
      answer.bytes.push_back(static_cast<std::byte>(holds));
    }
  }
  answer.shape = {static_cast<int64_t>(answer.valid.size()),
                  static_cast<int64_t>(labelled.labels.size())};
  return {std::move(answer), {}};
}

}  // namespace enigma::recordings::query
