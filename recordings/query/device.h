// One modality of an experiment, whatever its kind, opened for questions with the published
// reader's options; and the one question: its values at some times.
#pragma once

#include "recordings/query/intervals_device.h"
#include "recordings/query/screen_device.h"
#include "recordings/query/sequence_device.h"
#include "recordings/query/spikes_device.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <variant>
#include <vector>

namespace enigma::recordings::query {

using Device = std::variant<SequenceDevice, ScreenDevice, SpikesDevice, IntervalsDevice>;

/// Opens the modality in `folder` by its meta.yml; `config` holds the options of its kind (null:
/// none). Diagnostics name the folder and the option.
Parsed<Device> open_device(const std::filesystem::path& folder, const nlohmann::json& config);

Clock clock_of(const Device& device);
Parsed<Answer> ask(const Device& device, const std::vector<double>& times_s);

}  // namespace enigma::recordings::query
