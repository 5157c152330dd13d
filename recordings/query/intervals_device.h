// Labelled intervals asked which labels hold at each time.
#pragma once

#include "recordings/format/labelled_intervals.h"
#include "recordings/query/answer.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <vector>

namespace enigma::recordings::query {

struct IntervalsDevice {
  LabelledIntervals labelled;
};

Parsed<IntervalsDevice> open_intervals_device(const std::filesystem::path& folder,
                                              const nlohmann::json& meta);

Clock clock_of(const IntervalsDevice& device);

/// Per time and label: does one of the label's intervals hold the time? bool, (times, labels).
Parsed<Answer> ask(const IntervalsDevice& device, const std::vector<double>& times_s);

}  // namespace enigma::recordings::query
