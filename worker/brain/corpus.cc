#include "worker/brain/corpus.h"

#include "recordings/format/file_tree.h"
#include "recordings/manifest.h"
#include "worker/brain/scaling.h"
#include "worker/ending.h"

#include <algorithm>
#include <map>
#include <utility>

namespace enigma::worker {
namespace {

using recordings::SessionInfo;

[[noreturn]] void refuse(protocol::ExitCode code, const std::vector<Diagnostic>& problems) {
  std::string lines;
  for (const Diagnostic& problem : problems) {
    lines += (lines.empty() ? "" : "\n") + to_text(problem);
  }
  throw Ending(code, lines);
}

class Opener {
 public:
  Opener(const sweeps::Point& point, const std::filesystem::path& data)
      : point_(point), data_(data) {
    corpus_.rule = point.rule;
    for (const auto& folder : recordings::session_folders(data)) {
      folders_.emplace(recordings::session_name(folder), folder);
    }
  }

  Corpus open() {
    for (const sweeps::SessionRef& ref : point_.sessions) { open_session(ref); }
    if (has_errors(problems_)) { refuse(protocol::ExitCode::bad_data, problems_); }
    auto inputs = sweeps::inputs_of(point_.rule, infos_of(corpus_));
    problems_.insert(problems_.end(), inputs.diagnostics.begin(), inputs.diagnostics.end());
    if (has_errors(problems_)) { refuse(protocol::ExitCode::bad_data, problems_); }
    corpus_.inputs = std::move(*inputs.value);
    for (CorpusSession& session : corpus_.sessions) {
      if (corpus_.inputs.window.video) { session.video = video_scaling(session, corpus_); }
      if (corpus_.inputs.window.behavior) { session.behavior = behavior_scaling(session, corpus_); }
    }
    return std::move(corpus_);
  }

 private:
  void problem(const std::filesystem::path& folder, const std::string& message,
               const std::string& expected = "", const std::string& found = "") {
    problems_.push_back(
        {.file = folder.string(), .message = message, .expected = expected, .found = found});
  }

  void open_session(const sweeps::SessionRef& ref) {
    const auto found = folders_.find(ref.name);
    if (found == folders_.end()) {
      return problem(data_ / ref.name, "session of the point is not there", "a recording",
                     "nothing");
    }
    const std::filesystem::path& folder = found->second;
    auto opened = recordings::Session::open(folder);
    if (!opened.ok()) {
      problems_.insert(problems_.end(), opened.diagnostics.begin(), opened.diagnostics.end());
      if (!has_errors(opened.diagnostics)) { problem(folder, "session cannot be opened"); }
      return;
    }
    const auto manifest = recordings::inspect(folder, {.rule = point_.rule, .digests = false});
    take(ref, folder, std::move(*opened.value), manifest.sessions.at(0));
  }

  void take(const sweeps::SessionRef& ref, const std::filesystem::path& folder,
            recordings::Session session, const SessionInfo& info) {
    if (info.neurons != ref.neurons) {
      return problem(folder, "session has other neurons than the point says",
                     std::to_string(ref.neurons), std::to_string(info.neurons));
    }
    CorpusSession taken{
        .ref = ref, .info = info, .session = std::move(session), .evaluated = evaluated(ref)};
    for (const char* tier : {"train", "validation"}) {
      if (taken.evaluated && std::string(tier) != "train") { continue; }
      const auto starts = taken.session.window_starts_s(tier, point_.rule);
      taken.starts_s.insert(taken.starts_s.end(), starts.begin(), starts.end());
    }
    if (taken.starts_s.empty()) {
      return problem(folder, "session has no training window",
                     std::to_string(point_.rule.samples) + " valid samples of tier train", "none");
    }
    if (taken.evaluated) { corpus_.evaluated.push_back(corpus_.sessions.size()); }
    corpus_.sessions.push_back(std::move(taken));
  }

  bool evaluated(const sweeps::SessionRef& ref) const {
    return std::any_of(point_.evaluation_sessions.begin(), point_.evaluation_sessions.end(),
                       [&](const auto& other) { return other.name == ref.name; });
  }

  const sweeps::Point& point_;
  const std::filesystem::path& data_;
  std::map<std::string, std::filesystem::path> folders_;  // of the sessions, by name
  Corpus corpus_;
  std::vector<Diagnostic> problems_;
};

void check_point(const sweeps::Point& point) {
  std::vector<Diagnostic> problems;
  if (point.lanes > static_cast<int64_t>(point.sessions.size())) {
    problems.push_back({.pointer = "/train/lanes",
                        .message = "more lanes than sessions",
                        .expected = "at most " + std::to_string(point.sessions.size()),
                        .found = std::to_string(point.lanes)});
  }
  for (const auto& ref : point.evaluation_sessions) {
    if (std::none_of(point.sessions.begin(), point.sessions.end(),
                     [&](const auto& other) { return other.name == ref.name; })) {
      problems.push_back({.pointer = "/evaluation/sessions",
                          .message = "session '" + ref.name +
                                     "' is evaluated but not trained on: its neurons would be "
                                     "unknown to the model",
                          .suggestion = "add it to data.sessions"});
    }
  }
  if (!problems.empty()) { refuse(protocol::ExitCode::bad_point, problems); }
}

}  // namespace

Corpus open_corpus(const sweeps::Point& point, const std::filesystem::path& data) {
  check_point(point);
  return Opener(point, data).open();
}

std::vector<SessionInfo> infos_of(const Corpus& corpus) {
  std::vector<SessionInfo> infos;
  for (const CorpusSession& session : corpus.sessions) { infos.push_back(session.info); }
  return infos;
}

int64_t first_target_sample(int64_t samples) {
  return samples - 5 * (samples / 10);
}

}  // namespace enigma::worker
