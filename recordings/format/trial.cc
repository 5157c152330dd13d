#include "recordings/format/trial.h"

#include "diagnostics/nearest.h"
#include "recordings/format/document.h"
#include "recordings/format/problem.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace enigma::recordings {
namespace {

constexpr int64_t kSideMax = 1 << 15;
constexpr int64_t kPixelsMax = 1 << 25;           // a color picture of 4K and more
constexpr int64_t kFramesMax = int64_t{1} << 40;  // of one trial: sums cannot overflow

struct Source {
  std::filesystem::path file;
  std::string pointer;
  nlohmann::json fields;
};

bool is_number_of_trial(const std::string& name) {
  return name.size() == 5 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); });
}

std::optional<TrialKind> kind_of(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name == "image") { return TrialKind::image; }
  if (name == "video") { return TrialKind::video; }
  if (name == "blank") { return TrialKind::blank; }
  if (name == "invalid") { return TrialKind::invalid; }
  return std::nullopt;
}

void take_size(Trial& trial, const Source& source, std::vector<Diagnostic>& diagnostics) {
  const nlohmann::json size = source.fields.value("image_size", nlohmann::json());
  const bool good = size.is_array() && (size.size() == 2 || size.size() == 3) &&
                    std::all_of(size.begin(), size.end(), [](const nlohmann::json& side) {
                      return side.is_number_integer() && side.get<int64_t>() > 0 &&
                             side.get<int64_t>() <= kSideMax;
                    });
  int64_t pixels = 1;  // sides are bounded, so three of them do not overflow
  if (good) {
    for (const auto& side : size) { pixels *= side.get<int64_t>(); }
  }
  if (!good || pixels > kPixelsMax) {
    Diagnostic d;
    d.file = source.file.string();
    d.pointer = source.pointer + "/image_size";
    d.message = "size of the picture cannot be read";
    d.expected = "[height, width] or [height, width, channels], at most 2^25 numbers";
    d.found = shown(size);
    diagnostics.push_back(std::move(d));
    return;
  }
  trial.height = size[0];
  trial.width = size[1];
  trial.has_channel_axis = size.size() == 3;
  trial.channels = trial.has_channel_axis ? size[2].get<int64_t>() : 1;
}

nlohmann::json written_or_blank(const nlohmann::json& fields, const char* key) {
  const bool has = fields.is_object() && fields.contains(key) && !fields[key].is_null();
  return has ? fields[key] : nlohmann::json("blank");
}

void take_conditions(Trial& trial, const nlohmann::json& fields) {
  trial.modality_written = written_or_blank(fields, "modality");
  trial.tier_written = written_or_blank(fields, "tier");
  trial.valid_written = written_or_blank(fields, "valid_trial");
  trial.tier = trial.tier_written.is_string() ? trial.tier_written.get<std::string>()
                                              : shown(trial.tier_written);
  trial.valid = trial.valid_written != nlohmann::json(false);
}

Trial trial_of(const std::string& number, const Source& source,
               std::vector<Diagnostic>& diagnostics) {
  Trial trial;
  trial.number = number;
  Fields fields(source.fields, source.file, source.pointer, diagnostics);
  const std::string kind = fields.text_or("modality", "blank");
  if (const auto known = kind_of(kind)) {
    trial.kind = *known;
  } else {
    const std::array<std::string, 4> names = {"image", "video", "blank", "invalid"};
    Diagnostic d;
    d.file = source.file.string();
    d.pointer = source.pointer + "/modality";
    d.message = "kind of trial is not known";
    d.expected = "image, video, blank or invalid";
    d.found = kind;
    d.suggestion = suggest_name(kind, names);
    diagnostics.push_back(std::move(d));
  }
  trial.first_frame = fields.count("first_frame_idx");
  if (trial.kind == TrialKind::video) {
    trial.frames = fields.has("num_frames") ? fields.count("num_frames") : 0;
  }
  if (trial.frames > kFramesMax) {
    diagnostics.push_back(problem_in(source.file, source.pointer + "/num_frames",
                                     "trial is too long", "at most 2^40 frames",
                                     std::to_string(trial.frames)));
    trial.frames = 0;
  }
  if (fields.has("stimulus_name") && source.fields["stimulus_name"].is_string()) {
    trial.stimulus_name = source.fields["stimulus_name"].get<std::string>();
  }
  take_conditions(trial, source.fields);
  const double fill = fields.number_or("interleave_value", 0);
  if (std::abs(fill) <= static_cast<double>(std::numeric_limits<float>::max())) {
    trial.fill = static_cast<float>(fill);
  } else {
    diagnostics.push_back(problem_in(source.file, source.pointer + "/interleave_value",
                                     "grey level is out of range", "a number that float32 holds",
                                     shown(fill)));
  }
  take_size(trial, source, diagnostics);
  return trial;
}

using Sources = std::vector<std::pair<std::string, Source>>;  // in the order on the clock

std::vector<Trial> trials_of(const Sources& sources, std::vector<Diagnostic>& diagnostics) {
  std::vector<Trial> trials;
  for (const auto& [number, source] : sources) {
    if (source.fields.is_object()) {
      trials.push_back(trial_of(number, source, diagnostics));
    } else {
      diagnostics.push_back(problem_in(source.file, source.pointer, "a trial cannot be read",
                                       "a mapping of its fields", shown(source.fields)));
    }
  }
  return trials;
}

void add_combined(Sources& sources, const std::filesystem::path& file,
                  std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> names;
  Parsed<nlohmann::json> combined = read_json(file, &names);
  diagnostics.insert(diagnostics.end(), combined.diagnostics.begin(), combined.diagnostics.end());
  if (!combined.ok()) { return; }
  if (!combined.value->is_object()) {
    Diagnostic d;
    d.file = file.string();
    d.message = "is not a mapping from trial numbers to trials";
    diagnostics.push_back(std::move(d));
    return;
  }
  std::set<std::string> taken;
  for (const std::string& name : names) {
    if (is_number_of_trial(name) && taken.insert(name).second) {
      sources.emplace_back(name, Source{file, "/" + name, std::move((*combined.value)[name])});
    }
  }
}

void add_files(Sources& sources, const std::filesystem::path& folder,
               std::vector<Diagnostic>& diagnostics) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::filesystem::path& file = entry.path();
    if (file.extension() != ".yml" || !is_number_of_trial(file.stem().string())) { continue; }
    if (auto link = broken_link(file)) {
      diagnostics.push_back(std::move(*link));
      continue;
    }
    if (!entry.is_regular_file(error)) { continue; }
    Parsed<nlohmann::json> fields = read_yaml(file);
    diagnostics.insert(diagnostics.end(), fields.diagnostics.begin(), fields.diagnostics.end());
    if (fields.ok()) {
      sources.emplace_back(file.stem().string(), Source{file, "", std::move(*fields.value)});
    }
  }
  std::sort(sources.begin(), sources.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
}

}  // namespace

std::vector<int64_t> Trial::image_size() const {
  if (has_channel_axis) { return {height, width, channels}; }
  return {height, width};
}

Parsed<std::vector<Trial>> read_trials(const std::filesystem::path& screen_folder) {
  Parsed<std::vector<Trial>> parsed;
  Sources sources;
  const std::filesystem::path combined = screen_folder / "combined_meta.json";
  if (auto link = broken_link(combined)) {
    parsed.diagnostics.push_back(std::move(*link));
  } else if (std::filesystem::exists(combined)) {
    add_combined(sources, combined, parsed.diagnostics);
  } else {
    add_files(sources, screen_folder / "meta", parsed.diagnostics);
  }
  std::vector<Trial> trials = trials_of(sources, parsed.diagnostics);
  if (trials.empty() && parsed.diagnostics.empty()) {
    Diagnostic d;
    d.file = screen_folder.string();
    d.message = "screen has no trials";
    d.expected = "meta/NNNNN.yml or combined_meta.json";
    parsed.diagnostics.push_back(std::move(d));
  }
  if (!has_errors(parsed.diagnostics)) { parsed.value = std::move(trials); }
  return parsed;
}

}  // namespace enigma::recordings
