#include "worker/corpus.h"

#include "recordings/manifest.h"
#include "worker/ending.h"
#include "worker/scaling.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

namespace enigma::worker {
namespace {

using recordings::Modality;
using recordings::SessionInfo;

bool wanted(const recordings::WindowRule& rule, const std::string& modality) {
  return rule.modalities.empty() ||
         std::find(rule.modalities.begin(), rule.modalities.end(), modality) !=
             rule.modalities.end();
}

// Published order: the eye tracker's channels, then the treadmill's, then whatever else there is.
int place_of(const std::string& modality) {
  if (modality == "eye_tracker") return 0;
  return modality == "treadmill" ? 1 : 2;
}

Inputs inputs_of(const SessionInfo& info, const recordings::WindowRule& rule) {
  Inputs inputs{.window = {.samples = rule.samples, .rate_hz = rule.rate_hz}};
  if (info.video_height > 0 && wanted(rule, "screen"))
    inputs.window.video = {rule.samples, info.video_channels, info.video_height, info.video_width};
  model::BehaviorShape behavior;
  std::vector<const Modality*> found;
  for (const Modality& modality : info.modalities)
    if (modality.kind == "sequence" && modality.name != "responses" && wanted(rule, modality.name))
      found.push_back(&modality);
  std::sort(found.begin(), found.end(), [](const Modality* a, const Modality* b) {
    return std::pair(place_of(a->name), a->name) < std::pair(place_of(b->name), b->name);
  });
  for (const Modality* modality : found) {
    inputs.behavior.push_back(modality->name);
    behavior.channels += modality->signals;
  }
  if (found.empty()) return inputs;
  behavior.samples = std::max<int64_t>(1, std::llround(2.0 * static_cast<double>(rule.samples) / 3));
  inputs.behavior_rate_hz = static_cast<double>(behavior.samples) / rule.seconds();
  inputs.window.behavior = behavior;
  return inputs;
}

std::string text_of(const Inputs& inputs) {
  std::string text = "video ";
  if (const auto& video = inputs.window.video)
    text += std::to_string(video->channels) + "x" + std::to_string(video->height) + "x" +
            std::to_string(video->width);
  else
    text += "none";
  text += ", behaviour";
  for (const std::string& name : inputs.behavior) text += " " + name;
  if (inputs.window.behavior) text += " " + std::to_string(inputs.window.behavior->channels);
  return inputs.behavior.empty() ? text + " none" : text;
}

[[noreturn]] void refuse(protocol::ExitCode code, const std::vector<Diagnostic>& problems) {
  std::string lines;
  for (const Diagnostic& problem : problems) lines += (lines.empty() ? "" : "\n") + to_text(problem);
  throw Ending(code, lines);
}

class Opener {
 public:
  Opener(const sweeps::Point& point, const std::filesystem::path& data)
      : point_(point), data_(data) {
    corpus_.rule = point.rule;
  }

  Corpus open() {
    for (const sweeps::SessionRef& ref : point_.sessions) open_session(ref);
    if (has_errors(problems_)) refuse(protocol::ExitCode::bad_data, problems_);
    for (CorpusSession& session : corpus_.sessions) {
      if (corpus_.inputs.window.video) session.video = video_scaling(session, corpus_);
      if (corpus_.inputs.window.behavior) session.behavior = behavior_scaling(session, corpus_);
    }
    return std::move(corpus_);
  }

 private:
  void problem(const std::filesystem::path& folder, const std::string& message,
               const std::string& expected = "", const std::string& found = "") {
    problems_.push_back({.file = folder.string(), .message = message, .expected = expected,
                         .found = found});
  }

  void open_session(const sweeps::SessionRef& ref) {
    // One folder may be the session itself.
    const bool single = data_.filename() == ref.name && !std::filesystem::exists(data_ / ref.name);
    const std::filesystem::path folder = single ? data_ : data_ / ref.name;
    if (!std::filesystem::is_directory(folder))
      return problem(folder, "session of the point is not there", "a recording", "nothing");
    auto opened = recordings::Session::open(folder);
    if (!opened.ok()) {
      problems_.insert(problems_.end(), opened.diagnostics.begin(), opened.diagnostics.end());
      if (!has_errors(opened.diagnostics)) problem(folder, "session cannot be opened");
      return;
    }
    const auto manifest = recordings::inspect(folder, {.rule = point_.rule, .digests = false});
    take(ref, folder, std::move(*opened.value), manifest.sessions.at(0));
  }

  void take(const sweeps::SessionRef& ref, const std::filesystem::path& folder,
            recordings::Session session, const SessionInfo& info) {
    if (info.neurons != ref.neurons)
      return problem(folder, "session has other neurons than the point says",
                     std::to_string(ref.neurons), std::to_string(info.neurons));
    const Inputs inputs = inputs_of(info, point_.rule);
    if (corpus_.sessions.empty()) corpus_.inputs = inputs;
    if (text_of(inputs) != text_of(corpus_.inputs))
      return problem(folder, "sessions of one point have different inputs",
                     text_of(corpus_.inputs), text_of(inputs));
    CorpusSession taken{.ref = ref, .session = std::move(session), .evaluated = evaluated(ref)};
    for (const char* tier : {"train", "validation"}) {
      if (taken.evaluated && std::string(tier) != "train") continue;
      const auto starts = taken.session.window_starts_s(tier, point_.rule);
      taken.starts_s.insert(taken.starts_s.end(), starts.begin(), starts.end());
    }
    if (taken.starts_s.empty())
      return problem(folder, "session has no training window",
                     std::to_string(point_.rule.samples) + " valid samples of tier train", "none");
    if (taken.evaluated) corpus_.evaluated.push_back(corpus_.sessions.size());
    corpus_.sessions.push_back(std::move(taken));
  }

  bool evaluated(const sweeps::SessionRef& ref) const {
    return std::any_of(point_.evaluation_sessions.begin(), point_.evaluation_sessions.end(),
                       [&](const auto& other) { return other.name == ref.name; });
  }

  const sweeps::Point& point_;
  const std::filesystem::path& data_;
  Corpus corpus_;
  std::vector<Diagnostic> problems_;
};

void check_point(const sweeps::Point& point) {
  std::vector<Diagnostic> problems;
  if (point.lanes > static_cast<int64_t>(point.sessions.size()))
    problems.push_back({.pointer = "/train/lanes",
                        .message = "more lanes than sessions",
                        .expected = "at most " + std::to_string(point.sessions.size()),
                        .found = std::to_string(point.lanes)});
  for (const auto& ref : point.evaluation_sessions)
    if (std::none_of(point.sessions.begin(), point.sessions.end(),
                     [&](const auto& other) { return other.name == ref.name; }))
      problems.push_back({.pointer = "/evaluation/sessions",
                          .message = "session '" + ref.name +
                                     "' is evaluated but not trained on: its neurons would be "
                                     "unknown to the model",
                          .suggestion = "add it to data.sessions"});
  if (!problems.empty()) refuse(protocol::ExitCode::bad_point, problems);
}

}  // namespace

Corpus open_corpus(const sweeps::Point& point, const std::filesystem::path& data) {
  check_point(point);
  return Opener(point, data).open();
}

int64_t first_target_sample(int64_t samples) { return samples - 5 * (samples / 10); }

}  // namespace enigma::worker
