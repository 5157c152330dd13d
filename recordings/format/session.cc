#include "recordings/format/session.h"

#include "diagnostics/check.h"
#include "recordings/format/file_tree.h"
#include "recordings/format/frame_reader.h"
#include "recordings/format/session_parts.h"
#include "recordings/format/window.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace enigma::recordings {
namespace {

void read_rows(const Sequence& sequence, double start_s, int64_t samples, double rate_hz,
               std::span<float> out) {
  const auto signals = static_cast<size_t>(sequence.signals);
  ENIGMA_CHECK(out.size() == static_cast<size_t>(samples) * signals,
               "buffer is not samples x signals");
  for (int64_t k = 0; k < samples; ++k) {
    read_row(sequence, start_s + static_cast<double>(k) / rate_hz, kNudge,
             out.subspan(static_cast<size_t>(k) * signals, signals));
  }
}

bool is_session(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_directory(error) && is_modality_folder(entry.path())) { return true; }
  }
  return false;
}

}  // namespace

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Parsed<Session> Session::open(const std::filesystem::path& folder) {
  Parsed<Session> parsed;
  std::unique_ptr<Impl> parts = open_parts(folder, parsed.diagnostics);
  if (!has_errors(parsed.diagnostics)) { parsed.value = Session(std::move(parts)); }
  return parsed;
}

const std::string& Session::name() const {
  return impl_->name;
}

int64_t Session::neurons() const {
  const Sequence* responses = impl_->sequence("responses");
  return responses == nullptr ? 0 : responses->signals;
}

const std::vector<Modality>& Session::modalities() const {
  return impl_->modalities;
}

bool Session::has(const std::string& modality) const {
  return std::any_of(impl_->modalities.begin(), impl_->modalities.end(),
                     [&](const Modality& m) { return m.name == modality; });
}

Session::VideoSize Session::video_size() const {
  if (!impl_->screen) { return {}; }
  return {impl_->screen->channels, impl_->screen->height, impl_->screen->width};
}

std::vector<double> Session::window_starts_s(const std::string& tier,
                                             const WindowRule& rule) const {
  return window_starts(*impl_, tier, rule);
}

std::vector<double> Session::disjoint_window_starts_s(const std::string& tier,
                                                      const WindowRule& rule) const {
  return disjoint_window_starts(*impl_, tier, rule);
}

void Session::read_responses(double start_s, const WindowRule& rule, std::span<float> out) const {
  read_sequence("responses", start_s, rule.samples, rule.rate_hz, out);
}

void Session::read_video(double start_s, const WindowRule& rule, std::span<float> out) const {
  ENIGMA_CHECK(impl_->screen.has_value(), "session has no screen: ask has(\"screen\") first");
  const Screen& screen = *impl_->screen;
  const auto size = static_cast<size_t>(screen.height * screen.width * screen.channels);
  ENIGMA_CHECK(out.size() == static_cast<size_t>(rule.samples) * size,
               "buffer is not samples x channels x height x width");
  FrameReader frames(screen);
  for (int64_t k = 0; k < rule.samples; ++k) {
    frames.read(frame_at(screen, start_s + static_cast<double>(k) / rule.rate_hz),
                out.subspan(static_cast<size_t>(k) * size, size));
  }
}

void Session::read_sequence(const std::string& modality, double start_s, int64_t samples,
                            double rate_hz, std::span<float> out) const {
  const Sequence* sequence = impl_->sequence(modality);
  ENIGMA_CHECK(sequence != nullptr, "session has no such sequence: ask has() first");
  read_rows(*sequence, start_s, samples, rate_hz, out);
}

std::optional<Session::Showing> Session::shown_at(double t_s) const {
  if (!impl_->screen) { return std::nullopt; }
  const Screen& screen = *impl_->screen;
  const int64_t trial = trial_of_frame(screen, frame_at(screen, t_s));
  if (trial < 0) { return std::nullopt; }
  const std::string& name = screen.trials[static_cast<size_t>(trial)].stimulus_name;
  if (name.empty()) { return std::nullopt; }
  return Showing{name, screen.onset_s(trial)};
}

Session::Moments Session::response_moments(const std::string& tier, const WindowRule& rule,
                                           int64_t from_sample, int64_t to_sample) const {
  const auto n = static_cast<size_t>(neurons());
  Moments moments{std::vector<double>(n), std::vector<double>(n), 0};
  std::vector<float> window(static_cast<size_t>(rule.samples) * n);
  for (double start_s : disjoint_window_starts_s(tier, rule)) {
    read_responses(start_s, rule, window);
    for (int64_t k = from_sample; k < to_sample; ++k, ++moments.count) {
      for (size_t i = 0; i < n; ++i) {
        const double value = window[static_cast<size_t>(k) * n + i];
        moments.mean[i] += value;
        moments.deviation[i] += value * value;
      }
    }
  }
  const double count = static_cast<double>(std::max<int64_t>(moments.count, 1));
  for (size_t i = 0; i < n; ++i) {
    moments.mean[i] /= count;
    moments.deviation[i] =
        std::sqrt(std::max(0.0, moments.deviation[i] / count - moments.mean[i] * moments.mean[i]));
  }
  return moments;
}

bool is_modality_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(folder / "meta.yml", error);
  return std::filesystem::exists(status);
}

std::vector<std::filesystem::path> session_folders(const std::filesystem::path& data) {
  if (is_session(data)) { return {data}; }
  std::vector<std::filesystem::path> folders;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(data, error)) {
    if (is_lost_folder(entry.path()) || (entry.path().filename().string().front() != '.' &&
                                         entry.is_directory(error) && is_session(entry.path()))) {
      folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace enigma::recordings
