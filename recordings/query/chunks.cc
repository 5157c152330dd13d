#include "recordings/query/chunks.h"

#include "recordings/format/document.h"
#include "recordings/format/file_tree.h"
#include "recordings/format/problem.h"
#include "recordings/query/interval_set.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace enigma::recordings::query {
namespace {

using Diagnostics = std::vector<Diagnostic>;

constexpr double kGridMax = 1e8;  // samples: 38 days at 30 Hz

nlohmann::json key_from(const nlohmann::json& meta, const std::filesystem::path& experiment) {
  if (meta.is_object() && meta.contains("data_key")) { return meta["data_key"]; }
  if (meta.is_object() && meta.contains("scan_key") && meta["scan_key"].is_object()) {
    std::string key;
    for (const char* part : {"animal_id", "session", "scan_idx"}) {
      const nlohmann::json value = meta["scan_key"].value(part, nlohmann::json());
      key +=
          (key.empty() ? "" : "-") + (value.is_string() ? value.get<std::string>() : shown(value));
    }
    return key;
  }
  const std::string path = experiment.string();
  const size_t dynamic = path.find("dynamic");
  if (!meta.is_null() && dynamic != std::string::npos) {
    std::string key = path.substr(dynamic + 7);
    key = key.substr(0, key.find("dynamic"));
    return key.substr(0, key.find("-Video"));
  }
  return session_name(experiment);
}

void take_key(Chunks& chunks, const std::filesystem::path& experiment, Diagnostics& diagnostics) {
  nlohmann::json meta;
  const std::filesystem::path file = experiment / "meta.json";
  if (std::filesystem::is_regular_file(file)) {
    Parsed<nlohmann::json> parsed = read_json(file);
    diagnostics.insert(diagnostics.end(), parsed.diagnostics.begin(), parsed.diagnostics.end());
    if (parsed.ok()) { meta = std::move(*parsed.value); }
  }
  chunks.data_key = key_from(meta, experiment);
}

void take_device(Chunks& chunks, const ChunkModality& modality, const std::filesystem::path& folder,
                 Diagnostics& diagnostics) {
  if (auto link = broken_link(folder)) { return diagnostics.push_back(std::move(*link)); }
  if (!std::filesystem::is_directory(folder)) {
    if (modality.filtered || modality.name == "screen") {
      diagnostics.push_back(problem_in(folder, "/modality_config/" + modality.name,
                                       "a modality that is needed has no folder",
                                       "a folder, or a configuration without it", "none"));
    }
    return;
  }
  Parsed<Device> device = open_device(folder, modality.interpolation);
  diagnostics.insert(diagnostics.end(), device.diagnostics.begin(), device.diagnostics.end());
  if (!device.ok()) { return; }
  ChunkDevice opened{modality, folder, std::move(*device.value), std::nullopt};
  if (!modality.normalization.is_null()) {
    Parsed<Normalization> normalization =
        read_normalization(folder, opened.device, modality.normalization);
    diagnostics.insert(diagnostics.end(), normalization.diagnostics.begin(),
                       normalization.diagnostics.end());
    opened.normalization = std::move(normalization.value);
  }
  chunks.devices.push_back(std::move(opened));
}

void take_range(Chunks& chunks, const std::filesystem::path& experiment, Diagnostics& diagnostics) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  chunks.range_from_s = kInfinity;
  chunks.range_to_s = -kInfinity;
  double from_s = -kInfinity, to_s = kInfinity;
  for (const ChunkDevice& device : chunks.devices) {
    const Clock clock = clock_of(device.device);
    chunks.range_from_s = std::min(chunks.range_from_s, clock.start_s);
    chunks.range_to_s = std::max(chunks.range_to_s, clock.end_s);
    from_s = std::max(from_s, clock.valid_from_s);
    to_s = std::min(to_s, clock.valid_to_s);
  }
  chunks.start_s = from_s + chunks.config.safe_interval_s;
  chunks.end_s = to_s - chunks.config.safe_interval_s;
  if (chunks.start_s < chunks.end_s) { return; }
  diagnostics.push_back(
      problem_in(experiment, "/args/safe_interval_threshold", "no time is common to all modalities",
                 "a range longer than twice the threshold",
                 std::to_string(from_s) + " to " + std::to_string(to_s) + " s, inset by " +
                     std::to_string(chunks.config.safe_interval_s) + " s at both ends"));
}

void take_grid(Chunks& chunks, const std::filesystem::path& experiment, Diagnostics& diagnostics) {
  const ChunkModality& screen = chunks.find("screen")->config;
  const double period_s = 1.0 / screen.rate_hz;
  const double count = std::ceil((chunks.end_s - chunks.start_s) / period_s);
  if (!(count <= kGridMax)) {
    diagnostics.push_back(problem_in(experiment, "/modality_config/screen/sampling_rate",
                                     "the grid of samples is too long", "at most 1e8 samples",
                                     std::to_string(count)));
    return;
  }
  chunks.grid = {static_cast<int64_t>(count), chunks.start_s, chunks.start_s + period_s};
  if (screen.samples > chunks.grid.count) {
    diagnostics.push_back(problem_in(experiment, "/modality_config/screen/chunk_size",
                                     "a chunk is longer than the recording",
                                     "at most " + std::to_string(chunks.grid.count) + " samples",
                                     std::to_string(screen.samples)));
  }
}

// Python's ==: true is 1.
bool equals(const nlohmann::json& a, const nlohmann::json& b) {
  const auto plain = [](const nlohmann::json& value) {
    return value.is_boolean() ? nlohmann::json(value.get<bool>() ? 1 : 0) : value;
  };
  return plain(a) == plain(b);
}

bool meets(const Trial& trial, const nlohmann::json& condition) {
  for (const auto& [key, wanted] : condition.items()) {
    const nlohmann::json& written = key == "tier"       ? trial.tier_written
                                    : key == "modality" ? trial.modality_written
                                                        : trial.valid_written;
    if (!equals(written, wanted)) { return false; }
  }
  return true;
}

double onset_s(const Screen& screen, size_t trial) {
  return screen.flips_s[static_cast<size_t>(screen.trials[trial].first_frame)];
}

std::vector<TimeInterval> matching_trials(const Chunks& chunks) {
  const Screen& screen = chunks.screen();
  std::vector<TimeInterval> spans;
  for (size_t i = 0; i < screen.trials.size(); ++i) {
    const bool wanted =
        std::any_of(chunks.config.conditions.begin(), chunks.config.conditions.end(),
                    [&](const auto& condition) { return meets(screen.trials[i], condition); });
    if (!wanted) { continue; }
    const bool last = i + 1 == screen.trials.size();
    spans.push_back({onset_s(screen, i),
                     last ? std::numeric_limits<double>::infinity() : onset_s(screen, i + 1)});
  }
  return spans;
}

// [t − v, t + v) around every row with a NaN is cut out, on the unshifted clock.
std::vector<TimeInterval> free_of_nan(const Sequence& sequence, double vicinity_s) {
  const std::vector<bool> bad = rows_with_nan(sequence);
  const double period_s = 1.0 / sequence.rate_hz;
  std::vector<TimeInterval> holes;
  for (size_t row = 0; row < bad.size(); ++row) {
    if (!bad[row]) { continue; }
    const double t_s = sequence.start_s + static_cast<double>(row) * period_s;
    holes.push_back(
        {std::max(sequence.start_s, t_s - vicinity_s), std::min(sequence.end_s, t_s + vicinity_s)});
  }
  return without({sequence.start_s, sequence.end_s}, holes);
}

std::vector<TimeInterval> valid_spans(const Chunks& chunks, Diagnostics& diagnostics) {
  std::vector<TimeInterval> spans = matching_trials(chunks);
  for (const ChunkDevice& device : chunks.devices) {
    for (double vicinity_s : device.config.nan_vicinities_s) {
      const auto* sequence = std::get_if<SequenceDevice>(&device.device);
      if (sequence == nullptr) {
        diagnostics.push_back(problem_in(device.folder, "/filters", "only sequences hold NaN rows",
                                         "a modality of kind sequence", "another kind"));
      } else {
        spans = intersection(spans, free_of_nan(sequence->sequence, vicinity_s));
      }
    }
  }
  return spans;
}

void take_starts(Chunks& chunks, const std::vector<TimeInterval>& spans) {
  const ChunkGrid& grid = chunks.grid;
  const int64_t samples = chunks.find("screen")->config.samples;
  std::vector<bool> valid(static_cast<size_t>(grid.count));
  for (const TimeInterval& span : spans) {
    for (int64_t k = grid.index_from(span.start_s); k < grid.count && grid.at(k) < span.end_s;
         ++k) {
      valid[static_cast<size_t>(k)] = true;
    }
  }
  int64_t run = 0;
  for (int64_t k = 0; k < grid.count; ++k) {
    run = valid[static_cast<size_t>(k)] ? run + 1 : 0;
    if (run < samples || grid.at(k) >= chunks.end_s) { continue; }
    if (chunks.valid_starts++ % chunks.config.stride == 0) {
      chunks.start_indices.push_back(k - samples + 1);
    }
  }
}

// What would go wrong with every chunk is told before any is read.
void check_reading(const Chunks& chunks, const std::filesystem::path& experiment,
                   Diagnostics& diagnostics) {
  if (chunks.start_indices.empty()) { return; }
  for (const ChunkDevice& device : chunks.devices) {
    if (!device.normalization) { continue; }
    const auto d = misfit_of(*device.normalization, device.device, device.folder);
    if (d) { diagnostics.push_back(*d); }
  }
  if (chunks.config.normalize_timestamps && chunks.find("responses") == nullptr) {
    diagnostics.push_back(problem_in(experiment / "responses", "/args/normalize_timestamps",
                                     "times count from the start of the responses, which are not "
                                     "there",
                                     "responses, or normalize_timestamps: false", "neither"));
  }
}

void check_trials(const Chunks& chunks, Diagnostics& diagnostics) {
  const ChunkDevice& screen = *chunks.find("screen");
  const auto flips = static_cast<int64_t>(chunks.screen().flips_s.size());
  for (const Trial& trial : chunks.screen().trials) {
    if (trial.first_frame >= flips) {
      diagnostics.push_back(problem_in(
          screen.folder, "/" + trial.number + "/first_frame_idx", "trial starts past the last flip",
          "less than " + std::to_string(flips), std::to_string(trial.first_frame)));
    }
  }
}

}  // namespace

double ChunkGrid::at(int64_t k) const {
  return k == 1 ? second_s : first_s + static_cast<double>(k) * (second_s - first_s);
}

int64_t ChunkGrid::index_from(double t_s) const {
  int64_t low = 0, high = count;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (at(middle) < t_s) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

const ChunkDevice* Chunks::find(const std::string& name) const {
  for (const ChunkDevice& device : devices) {
    if (device.config.name == name) { return &device; }
  }
  return nullptr;
}

const Screen& Chunks::screen() const {
  return std::get<ScreenDevice>(find("screen")->device).screen;
}

Parsed<Chunks> open_chunks(const std::filesystem::path& experiment, ChunkConfig config) {
  Parsed<Chunks> parsed;
  Chunks chunks;
  Diagnostics& diagnostics = parsed.diagnostics;
  chunks.config = std::move(config);
  take_key(chunks, experiment, diagnostics);
  for (const ChunkModality& modality : chunks.config.modalities) {
    take_device(chunks, modality, experiment / modality.name, diagnostics);
  }
  const ChunkDevice* screen = chunks.find("screen");
  if (screen != nullptr && !std::holds_alternative<ScreenDevice>(screen->device)) {
    diagnostics.push_back(problem_in(screen->folder / "meta.yml", "/modality",
                                     "screen is no screen", "screen", "another kind"));
  }
  if (!has_errors(diagnostics)) { check_trials(chunks, diagnostics); }
  if (!has_errors(diagnostics)) { take_range(chunks, experiment, diagnostics); }
  if (!has_errors(diagnostics)) { take_grid(chunks, experiment, diagnostics); }
  if (has_errors(diagnostics)) { return parsed; }
  take_starts(chunks, valid_spans(chunks, diagnostics));
  check_reading(chunks, experiment, diagnostics);
  if (!has_errors(diagnostics)) { parsed.value = std::move(chunks); }
  return parsed;
}

}  // namespace enigma::recordings::query
