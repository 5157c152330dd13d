#include "recordings/trial.h"

#include "diagnostics/nearest.h"
#include "recordings/document.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <utility>

namespace enigma::recordings {
namespace {

constexpr int64_t kSideMax = 1 << 15;

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
  if (name == "image") return TrialKind::image;
  if (name == "video") return TrialKind::video;
  if (name == "blank") return TrialKind::blank;
  if (name == "invalid") return TrialKind::invalid;
  return std::nullopt;
}

void take_size(Trial& trial, const Source& source, std::vector<Diagnostic>& diagnostics) {
  const nlohmann::json size = source.fields.value("image_size", nlohmann::json());
  const bool good = size.is_array() && (size.size() == 2 || size.size() == 3) &&
                    std::all_of(size.begin(), size.end(), [](const nlohmann::json& side) {
                      return side.is_number_integer() && side.get<int64_t>() > 0 &&
                             side.get<int64_t>() <= kSideMax;
                    });
  if (!good) {
    Diagnostic d;
    d.file = source.file.string();
    d.pointer = source.pointer + "/image_size";
    d.message = "size of the picture cannot be read";
    d.expected = "[height, width] or [height, width, channels]";
    d.found = size.dump().substr(0, 80);
    diagnostics.push_back(std::move(d));
    return;
  }
  trial.height = size[0];
  trial.width = size[1];
  trial.channels = size.size() == 3 ? size[2].get<int64_t>() : 1;
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
  if (trial.kind == TrialKind::video)
    trial.frames = fields.has("num_frames") ? fields.count("num_frames") : 0;
  if (fields.has("stimulus_name") && source.fields["stimulus_name"].is_string())
    trial.stimulus_name = source.fields["stimulus_name"].get<std::string>();
  trial.tier = fields.text_or("tier", "blank");
  trial.valid = fields.flag_or("valid_trial", true);
  trial.fill = static_cast<float>(fields.number_or("interleave_value", 0));
  take_size(trial, source, diagnostics);
  return trial;
}

void add_combined(std::map<std::string, Source>& sources, const std::filesystem::path& file,
                  std::vector<Diagnostic>& diagnostics) {
  Parsed<nlohmann::json> combined = read_json(file);
  diagnostics.insert(diagnostics.end(), combined.diagnostics.begin(), combined.diagnostics.end());
  if (!combined.ok()) return;
  if (!combined.value->is_object()) {
    Diagnostic d;
    d.file = file.string();
    d.message = "is not a mapping from trial numbers to trials";
    diagnostics.push_back(std::move(d));
    return;
  }
  for (auto& [name, fields] : combined.value->items())
    if (is_number_of_trial(name)) sources[name] = {file, "/" + name, std::move(fields)};
}

void add_files(std::map<std::string, Source>& sources, const std::filesystem::path& folder,
               std::vector<Diagnostic>& diagnostics) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::filesystem::path& file = entry.path();
    if (file.extension() != ".yml" || !is_number_of_trial(file.stem().string())) continue;
    Parsed<nlohmann::json> fields = read_yaml(file);
    diagnostics.insert(diagnostics.end(), fields.diagnostics.begin(), fields.diagnostics.end());
    if (fields.ok()) sources[file.stem().string()] = {file, "", std::move(*fields.value)};
  }
}

}  // namespace

Parsed<std::vector<Trial>> read_trials(const std::filesystem::path& screen_folder) {
  Parsed<std::vector<Trial>> parsed;
  std::map<std::string, Source> sources;  // sorted: the order on the clock
  const std::filesystem::path combined = screen_folder / "combined_meta.json";
  if (std::filesystem::exists(combined))
    add_combined(sources, combined, parsed.diagnostics);
  else
    add_files(sources, screen_folder / "meta", parsed.diagnostics);
  std::vector<Trial> trials;
  for (const auto& [number, source] : sources)
    trials.push_back(trial_of(number, source, parsed.diagnostics));
  if (trials.empty() && parsed.diagnostics.empty()) {
    Diagnostic d;
    d.file = screen_folder.string();
    d.message = "screen has no trials";
    d.expected = "meta/NNNNN.yml or combined_meta.json";
    parsed.diagnostics.push_back(std::move(d));
  }
  if (!has_errors(parsed.diagnostics)) parsed.value = std::move(trials);
  return parsed;
}

}  // namespace enigma::recordings
