#include "recordings/query/screen_device.h"

#include "recordings/format/document.h"
#include "recordings/format/problem.h"

#include <algorithm>
#include <utility>

namespace enigma::recordings::query {
namespace {

using Diagnostics = std::vector<Diagnostic>;

constexpr double kTolerance_s = 1e-4;  // added to every time before frames are looked up
constexpr int64_t kSideMax = 1 << 15;

std::string text_of(const std::vector<int64_t>& sides) {
  return shown(nlohmann::json(sides));
}

std::optional<gather::PictureSize> size_in(const nlohmann::json& list) {
  if (!list.is_array() || list.size() != 2) { return std::nullopt; }
  for (const auto& side : list) {
    if (!side.is_number_integer() || side.get<int64_t>() < 1 || side.get<int64_t>() > kSideMax) {
      return std::nullopt;
    }
  }
  return gather::PictureSize{list[0].get<int64_t>(), list[1].get<int64_t>()};
}

void take_rescale(ScreenDevice& device, const nlohmann::json& config, bool rescale,
                  Diagnostics& diagnostics) {
  const std::vector<int64_t> stored = device.screen.trials.front().image_size();
  std::optional<gather::PictureSize> size = gather::PictureSize{stored[0], stored[1]};
  if (config.contains("rescale_size") && !config["rescale_size"].is_null()) {
    size = size_in(config["rescale_size"]);
  }
  if (!size) {
    diagnostics.push_back(problem_in(device.folder, "/rescale_size", "size cannot be read",
                                     "[height, width]", shown(config["rescale_size"])));
  } else if (!rescale && *size != gather::PictureSize{stored[0], stored[1]}) {
    diagnostics.push_back(problem_in(device.folder, "/rescale_size",
                                     "frames do not fit the size asked for", text_of(stored),
                                     shown(config["rescale_size"])));
  } else if (rescale && stored.size() != 2) {
    diagnostics.push_back(problem_in(device.folder, "/rescale",
                                     "only pictures of one channel can be rescaled",
                                     "image_size [height, width]", text_of(stored)));
  } else if (rescale) {
    device.rescale = size;
  }
}

// The option `normalize` never changed a value; it only insists on statistics of a picture's size.
void check_statistics(const ScreenDevice& device, Diagnostics& diagnostics) {
  for (const char* name : {"means.npy", "stds.npy"}) {
    const std::filesystem::path file = device.folder / "meta" / name;
    const Parsed<NpyArray> array = open_npy(file);
    diagnostics.insert(diagnostics.end(), array.diagnostics.begin(), array.diagnostics.end());
    if (array.ok() && array.value->shape != device.screen.trials.front().image_size()) {
      diagnostics.push_back(problem_in(file, "shape", "does not fit the option normalize",
                                       text_of(device.screen.trials.front().image_size()),
                                       text_of(array.value->shape)));
    }
  }
}

// The picture of one trial, opened: frames × size, or a fill.
struct Shown {
  int64_t trial = -1;
  std::optional<NpyArray> picture;
  std::vector<int64_t> size;
  int64_t frames = 1;
};

Parsed<Shown> show(const ScreenDevice& device, int64_t index) {
  const Trial& trial = device.screen.trials[static_cast<size_t>(index)];
  Shown shown{index, std::nullopt, trial.image_size(), 1};
  if (trial.kind == TrialKind::blank || trial.kind == TrialKind::invalid) {
    return {std::move(shown), {}};
  }
  Parsed<NpyArray> picture = open_picture(device.folder, trial, device.by_name);
  if (!picture.ok()) { return {std::nullopt, std::move(picture.diagnostics)}; }
  const std::vector<int64_t>& shape = picture.value->shape;
  if (shape.size() < 2) {
    return {std::nullopt,
            {problem_in(device.folder, "/" + trial.number, "not a picture",
                        "at least height and width", text_of(shape))}};
  }
  const bool single = shape.size() == 2 || (shape.size() == 3 && shape.back() == 3);
  shown.frames = single ? 1 : shape[0];
  shown.size.assign(shape.begin() + (single ? 0 : 1), shape.end());
  shown.picture = std::move(*picture.value);
  return {std::move(shown), {}};
}

std::optional<Diagnostic> misfit(const ScreenDevice& device, const Shown& shown, int64_t frame) {
  const Trial& trial = device.screen.trials[static_cast<size_t>(shown.trial)];
  const std::vector<int64_t> wanted = device.screen.trials.front().image_size();
  const bool fits = device.rescale ? shown.size.size() == 2 : shown.size == wanted;
  if (!fits) {
    return problem_in(device.folder, "/" + trial.number, "picture has another size",
                      text_of(wanted), text_of(shown.size));
  }
  if (frame < 0 || frame >= shown.frames) {
    return problem_in(device.folder, "/" + trial.number, "trial has no such frame",
                      std::to_string(shown.frames) + " frames", std::to_string(frame));
  }
  return std::nullopt;
}

void append_frame(const ScreenDevice& device, const Shown& shown, int64_t frame,
                  std::vector<float>& values) {
  const Trial& trial = device.screen.trials[static_cast<size_t>(shown.trial)];
  size_t pixels = 1;
  for (int64_t side : shown.size) { pixels *= static_cast<size_t>(side); }
  std::vector<float> stored(pixels, trial.fill);
  if (shown.picture) {
    to_float(
        shown.picture->data + static_cast<size_t>(frame) * pixels * bytes_of(shown.picture->type),
        shown.picture->type, stored);
  }
  if (device.rescale) {
    const gather::AreaResize resize({shown.size[0], shown.size[1]}, *device.rescale);
    stored = resize(std::span<const float>(stored));
  }
  values.insert(values.end(), stored.begin(), stored.end());
}

std::optional<Diagnostic> out_of_order(const ScreenDevice& device,
                                       const std::vector<double>& times_s,
                                       const std::vector<int64_t>& inside) {
  for (size_t i = 1; i < inside.size(); ++i) {
    const double before_s = times_s[static_cast<size_t>(inside[i - 1])] + kTolerance_s;
    const double t_s = times_s[static_cast<size_t>(inside[i])] + kTolerance_s;
    if (t_s <= before_s) {
      return problem_in(device.folder, "times/" + std::to_string(inside[i]),
                        "times asked of a screen must rise strictly",
                        "more than " + std::to_string(before_s), std::to_string(t_s));
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<int64_t> ScreenDevice::image_size() const {
  if (rescale) { return {rescale->height, rescale->width}; }
  return screen.trials.front().image_size();
}

Parsed<ScreenDevice> open_screen_device(const std::filesystem::path& folder,
                                        const nlohmann::json& meta, const nlohmann::json& config) {
  Parsed<ScreenDevice> parsed;
  Parsed<Screen> screen = open_screen_clock(folder);
  parsed.diagnostics = std::move(screen.diagnostics);
  Fields stored(meta, folder / "meta.yml", "", parsed.diagnostics);
  Fields asked(config, folder, "", parsed.diagnostics);
  ScreenDevice device{folder, {}, false, std::nullopt};
  device.by_name = asked.flag_or("use_stimuli_names", stored.flag_or("use_stimuli_names", false));
  const bool rescale = asked.flag_or("rescale", false);
  const bool normalize = asked.flag_or("normalize", false);
  if (has_errors(parsed.diagnostics) || !screen.ok()) { return parsed; }
  device.screen = std::move(*screen.value);
  take_rescale(device, config.is_object() ? config : nlohmann::json::object(), rescale,
               parsed.diagnostics);
  if (normalize) { check_statistics(device, parsed.diagnostics); }
  if (!has_errors(parsed.diagnostics)) { parsed.value = std::move(device); }
  return parsed;
}

Clock clock_of(const ScreenDevice& device) {
  const Screen& screen = device.screen;
  return {screen.start_s(), screen.end_s(), screen.start_s(), screen.end_s()};
}

Parsed<Answer> ask(const ScreenDevice& device, const std::vector<double>& times_s) {
  const Screen& screen = device.screen;
  Answer answer;
  answer.valid = times_inside(times_s, screen.start_s(), screen.end_s());
  if (const auto d = out_of_order(device, times_s, answer.valid)) { return {std::nullopt, {*d}}; }
  std::vector<float> values;
  Shown shown;
  for (int64_t i : answer.valid) {
    const int64_t frame = frame_at(screen, times_s[static_cast<size_t>(i)]);
    const int64_t trial = trial_of_frame(screen, frame);
    if (trial < 0) {
      return {std::nullopt,
              {problem_in(device.folder, "timestamps.npy", "a flip belongs to no trial",
                          std::to_string(screen.first_frames.back()) + " frames",
                          "frame " + std::to_string(frame))}};
    }
    if (trial != shown.trial) {
      Parsed<Shown> next = show(device, trial);
      if (!next.ok()) { return {std::nullopt, std::move(next.diagnostics)}; }
      shown = std::move(*next.value);
    }
    const int64_t within = frame - screen.trials[static_cast<size_t>(trial)].first_frame;
    if (const auto d = misfit(device, shown, within)) { return {std::nullopt, {*d}}; }
    append_frame(device, shown, within, values);
  }
  store(answer, values);
  answer.shape = {static_cast<int64_t>(answer.valid.size())};
  const std::vector<int64_t> size = device.image_size();
  answer.shape.insert(answer.shape.end(), size.begin(), size.end());
  return {std::move(answer), {}};
}

}  // namespace enigma::recordings::query
