#include "recordings/format/screen.h"

#include "recordings/format/document.h"
#include "recordings/format/problem.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

namespace enigma::recordings {
namespace {

constexpr double kFlipTolerance_s = 1e-4;

void append(std::vector<Diagnostic>& to, const std::vector<Diagnostic>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

std::string text_of(const std::vector<int64_t>& shape) {
  std::string text = "(";
  for (int64_t side : shape) { text += (text.size() > 1 ? ", " : "") + std::to_string(side); }
  return text + ")";
}

void take_flips(Screen& screen, const std::filesystem::path& path,
                std::vector<Diagnostic>& diagnostics) {
  const Parsed<NpyArray> array = open_npy(path);
  append(diagnostics, array.diagnostics);
  if (!array.ok()) { return; }
  if (array.value->shape.size() != 1 || array.value->elements == 0) {
    diagnostics.push_back(problem_in(path, "shape", "not a list of flips", "one time per frame",
                                     text_of(array.value->shape)));
    return;
  }
  for (int64_t i = 0; i < array.value->elements; ++i) {
    screen.flips_s.push_back(
        number_at(array.value->data, array.value->type, static_cast<size_t>(i)));
  }
  for (size_t i = 0; i < screen.flips_s.size(); ++i) {
    if (!std::isfinite(screen.flips_s[i]) ||
        (i > 0 && screen.flips_s[i] <= screen.flips_s[i - 1])) {
      diagnostics.push_back(problem_in(path, "/" + std::to_string(i), "flips must rise",
                                       "a finite time after the one before it",
                                       std::to_string(screen.flips_s[i])));
      return;
    }
  }
}

// Axes of the array as (frames, height, width, channels), numpy conventions of experanto: an array
// of three axes whose last side is 3 is one color picture.
bool picture_fits(const Trial& trial, const std::vector<int64_t>& shape, int64_t& frames) {
  std::vector<int64_t> size = {trial.height, trial.width};
  if (trial.channels > 1 || (!shape.empty() && shape.back() == 1 && shape.size() == 4)) {
    size.push_back(trial.channels);
  }
  if (shape == size) {
    frames = 1;
    return true;
  }
  if (shape.size() != size.size() + 1 || !std::equal(size.begin(), size.end(), shape.begin() + 1)) {
    return false;
  }
  frames = shape[0];
  return true;
}

std::filesystem::path picture_path(const std::filesystem::path& folder, const Trial& trial,
                                   bool by_name) {
  return folder / "data" / ((by_name ? trial.stimulus_name : trial.number) + ".npy");
}

Parsed<NpyArray> opened_picture(const std::filesystem::path& folder, const Trial& trial,
                                bool by_name,
                                Parsed<NpyArray> (*open)(const std::filesystem::path&)) {
  const std::string& name = by_name ? trial.stimulus_name : trial.number;
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos) {
    return {std::nullopt,
            {problem_in(folder, "/" + trial.number + "/stimulus_name",
                        "does not name a file of data/", "a plain file name", name)}};
  }
  return open(picture_path(folder, trial, by_name));
}

// The array, without its bytes where maps are scarce.
NpyArray held(NpyArray array) {
  if (!MappedFile::scarce()) { return array; }
  array.mapping = {};
  array.data = nullptr;
  return array;
}

void take_picture(Screen& screen, Trial& trial, const std::filesystem::path& folder, bool by_name,
                  std::map<std::string, int64_t>& known, std::vector<Diagnostic>& diagnostics) {
  const std::filesystem::path path = picture_path(folder, trial, by_name);
  const auto [place, fresh] = known.emplace(path.string(), -1);
  if (fresh) {
    Parsed<NpyArray> array = opened_picture(folder, trial, by_name, open_npy_header);
    append(diagnostics, array.diagnostics);
    if (array.ok()) {
      place->second = static_cast<int64_t>(screen.pictures.size());
      screen.pictures.push_back(held(std::move(*array.value)));
      screen.picture_paths.push_back(path);
    }
  }
  screen.picture_of.back() = place->second;
  if (place->second < 0) { return; }
  int64_t frames = 0;
  const auto& shape = screen.pictures[static_cast<size_t>(place->second)].shape;
  const bool fits = picture_fits(trial, shape, frames);
  if (fits && trial.frames == 0) { trial.frames = frames; }
  if (!fits || frames < trial.frames) {
    diagnostics.push_back(problem_in(path, "shape", "picture is not what its trial says",
                                     "frames " + std::to_string(trial.frames) + ", height " +
                                         std::to_string(trial.height) + ", width " +
                                         std::to_string(trial.width) + ", channels " +
                                         std::to_string(trial.channels),
                                     text_of(shape)));
  }
}

void check_size(const Screen& screen, const Trial& trial, const std::filesystem::path& folder,
                std::vector<Diagnostic>& diagnostics) {
  if (trial.height == screen.height && trial.width == screen.width &&
      trial.channels == screen.channels) {
    return;
  }
  diagnostics.push_back(problem_in(folder, "/" + trial.number + "/image_size",
                                   "pictures of one session differ in size",
                                   text_of({screen.height, screen.width, screen.channels}),
                                   text_of({trial.height, trial.width, trial.channels})));
}

void take_trials(Screen& screen, const std::filesystem::path& folder, bool by_name,
                 std::vector<Diagnostic>& diagnostics) {
  std::map<std::string, int64_t> known;
  screen.first_frames.clear();
  int64_t frame = 0;
  for (Trial& trial : screen.trials) {
    screen.picture_of.push_back(-1);
    check_size(screen, trial, folder, diagnostics);
    if (trial.kind == TrialKind::image || trial.kind == TrialKind::video) {
      take_picture(screen, trial, folder, by_name, known, diagnostics);
    }
    if (trial.first_frame != frame) {
      diagnostics.push_back(problem_in(folder, "/" + trial.number + "/first_frame_idx",
                                       "trials do not follow each other", std::to_string(frame),
                                       std::to_string(trial.first_frame)));
    }
    screen.first_frames.push_back(frame);
    frame += trial.frames;
  }
  screen.first_frames.push_back(frame);
  if (frame > static_cast<int64_t>(screen.flips_s.size())) {
    diagnostics.push_back(problem_in(folder / "timestamps.npy", "shape", "fewer flips than frames",
                                     std::to_string(frame), std::to_string(screen.flips_s.size())));
  }
}

}  // namespace

double Screen::onset_s(int64_t trial) const {
  return flips_s[static_cast<size_t>(first_frames[static_cast<size_t>(trial)])];
}

double Screen::end_s(int64_t trial) const {
  const auto next = static_cast<size_t>(first_frames[static_cast<size_t>(trial) + 1]);
  return next < flips_s.size() ? flips_s[next] : flips_s.back();
}

Parsed<Screen> open_screen_clock(const std::filesystem::path& folder) {
  Parsed<Screen> parsed;
  Screen screen;
  take_flips(screen, folder / "timestamps.npy", parsed.diagnostics);
  Parsed<std::vector<Trial>> trials = read_trials(folder);
  append(parsed.diagnostics, trials.diagnostics);
  if (has_errors(parsed.diagnostics)) { return parsed; }
  screen.trials = std::move(*trials.value);
  screen.height = screen.trials.front().height;
  screen.width = screen.trials.front().width;
  screen.channels = screen.trials.front().channels;
  int64_t frame = 0;
  for (const Trial& trial : screen.trials) {
    screen.first_frames.push_back(frame);
    frame += trial.frames;
  }
  screen.first_frames.push_back(frame);
  parsed.value = std::move(screen);
  return parsed;
}

Parsed<Screen> open_screen(const std::filesystem::path& folder, const nlohmann::json& meta) {
  Parsed<Screen> parsed = open_screen_clock(folder);
  Fields fields(meta, folder / "meta.yml", "", parsed.diagnostics);
  const bool by_name = fields.flag_or("use_stimuli_names", false);
  if (parsed.ok()) { take_trials(*parsed.value, folder, by_name, parsed.diagnostics); }
  if (has_errors(parsed.diagnostics)) { parsed.value.reset(); }
  return parsed;
}

Parsed<NpyArray> open_picture(const std::filesystem::path& folder, const Trial& trial,
                              bool by_name) {
  return opened_picture(folder, trial, by_name, open_npy);
}

int64_t frame_at(const Screen& screen, double t_s) {
  if (t_s < screen.start_s() || t_s > screen.end_s()) { return -1; }
  const auto next =
      std::lower_bound(screen.flips_s.begin(), screen.flips_s.end(), t_s + kFlipTolerance_s);
  return next - screen.flips_s.begin() - 1;
}

int64_t trial_of_frame(const Screen& screen, int64_t frame) {
  if (frame < 0 || frame >= screen.first_frames.back()) { return -1; }
  const auto next = std::upper_bound(screen.first_frames.begin(), screen.first_frames.end(), frame);
  return next - screen.first_frames.begin() - 1;
}

}  // namespace enigma::recordings
