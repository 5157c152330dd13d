// One recording session, read where it lies (experanto folder layout, recordings.md 1.1).
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/format/modality_kind.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace enigma::recordings {

struct Modality {
  std::string name;  ///< folder name: responses, screen, eye_tracker, treadmill, …
  ModalityKind kind = ModalityKind::sequence;
  double rate_hz = 0;   ///< 0 = irregular
  int64_t signals = 0;  ///< neurons, channels; screen: height·width·channels
  double start_s = 0, end_s = 0;
};

/// How windows are cut: length, rate of the grid, and whether they start with a trial.
enum class Align { trial, free };
struct WindowRule {
  int64_t samples = 60;
  double rate_hz = 30;
  Align align = Align::free;
  /// Those whose validity a window must respect, beside the responses'; empty = all there are.
  std::vector<std::string> modalities;

  double seconds() const { return static_cast<double>(samples) / rate_hz; }
};

struct Tier {
  int64_t trials = 0;
  double seconds = 0;
  int64_t windows = 0;  ///< disjoint windows under the rule asked for
};

/// What a shard of tokens says of itself, where a session is one.
struct TokenFacts {
  int64_t count = 0;
  int64_t vocabulary = 0;
  std::optional<double> entropy_nats;  ///< of a token given those before it, where that is known
};

/// What `inspect` lists of one session.
struct SessionInfo {
  std::string name;  ///< session_name: the folder's own, or its link's
  std::filesystem::path path;
  std::string species;  ///< empty = unknown
  std::string animal;   ///< meta.json's animal, else the part of the name before the first date
  std::string area;     ///< meta.json's brain area; empty = unknown
  int64_t neurons = 0;
  double seconds = 0;
  std::vector<Modality> modalities;
  std::map<std::string, Tier> tiers;
  std::string digest;  ///< SHA-256 over the sorted (relative path, size, SHA-256) of its files
  int64_t video_channels = 0, video_height = 0, video_width = 0;  ///< 0 = no screen
  double trial_seconds_median = 0;  ///< of stimulus trials; 0 = no screen
  std::optional<TokenFacts> tokens;
  std::vector<Diagnostic> problems;
};

/// An open session: mapped files, no copy of the data. Cheap to hold; reads are const.
class Session {
 public:
  /// Opens and checks every modality's files (lengths, types, clocks) without reading them whole.
  static Parsed<Session> open(const std::filesystem::path& folder);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const std::string& name() const;
  int64_t neurons() const;
  const std::vector<Modality>& modalities() const;
  bool has(const std::string& modality) const;
  /// Axes of a frame of read_video; all 0 where there is no screen.
  struct VideoSize {
    int64_t channels = 0, height = 0, width = 0;
  };
  VideoSize video_size() const;

  /// Starts (seconds) of every window of `tier` that a training step may draw: trial starts, or any
  /// grid point whose whole window is valid. Sorted. Tier and validity hold at each sample.
  std::vector<double> window_starts_s(const std::string& tier, const WindowRule& rule) const;
  /// A maximal set of those that do not overlap (trial windows, or stride = window), greedily from
  /// the first: the windows of evaluation, of an epoch, and of `windows_unique`.
  std::vector<double> disjoint_window_starts_s(const std::string& tier,
                                               const WindowRule& rule) const;

  /// Reads take sample k at start + k / rate, a thousandth of a sample late, so that rounding never
  /// reaches for the row before. A sample outside the recording is NaN; inside, NaN is kept as
  /// stored. Windows of window_starts_s hold neither. Reads may run in several threads at once.
  /// rule.samples rows × neurons() columns, row-major, as float32.
  void read_responses(double start_s, const WindowRule& rule, std::span<float> out) const;
  /// rule.samples frames × channels × height × width, grey levels 0–255 as float32.
  void read_video(double start_s, const WindowRule& rule, std::span<float> out) const;
  /// Any other sequence modality: `samples` rows at `rate_hz` × signals, floor-indexed.
  void read_sequence(const std::string& modality, double start_s, int64_t samples, double rate_hz,
                     std::span<float> out) const;

  /// What stood on the screen at a time: trials of one name show the same. Nothing where there was
  /// no trial, or one without a name.
  struct Showing {
    std::string stimulus;
    double onset_s = 0;
  };
  std::optional<Showing> shown_at(double t_s) const;

  /// Mean and standard deviation per signal over the windows of a tier (target samples
  /// [from, to) of each disjoint window), in float64. For biases, baselines and normalisation.
  struct Moments {
    std::vector<double> mean, deviation;
    int64_t count = 0;
  };
  Moments response_moments(const std::string& tier, const WindowRule& rule, int64_t from_sample,
                           int64_t to_sample) const;

  struct Impl;
  /// For the files of this room (session_parts.h).
  const Impl& parts() const { return *impl_; }

 private:
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Does the folder have a meta.yml, if only a link to nowhere? Reading it then says what is wrong.
bool is_modality_folder(const std::filesystem::path& folder);

/// Folders of `data` that are experanto experiments (or `data` itself), sorted by name, and links
/// that may be meant for one but lead nowhere: opening those says so.
std::vector<std::filesystem::path> session_folders(const std::filesystem::path& data);

}  // namespace enigma::recordings
