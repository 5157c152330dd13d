#include "recordings/scores/statistics.h"

#include "recordings/format/file_tree.h"
#include "recordings/format/frame_reader.h"
#include "recordings/format/problem.h"
#include "recordings/format/session_parts.h"
#include "recordings/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace enigma::recordings::scores {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Welford's update, one value after the other: no large sums to cancel.
struct Gathering {
  explicit Gathering(size_t signals) : m2(signals) {
    result.count.resize(signals);
    result.mean.resize(signals);
    result.lowest.assign(signals, kInfinity);
    result.highest.assign(signals, -kInfinity);
  }

  void add(size_t signal, double value) {
    if (std::isnan(value)) { return; }
    const double off = value - result.mean[signal];
    result.mean[signal] += off / static_cast<double>(++result.count[signal]);
    m2[signal] += off * (value - result.mean[signal]);
    result.lowest[signal] = std::min(result.lowest[signal], value);
    result.highest[signal] = std::max(result.highest[signal], value);
  }

  SignalStatistics finish() {
    for (size_t n = 0; n < m2.size(); ++n) {
      const double count = static_cast<double>(result.count[n]);
      if (count == 0) { result.mean[n] = std::numeric_limits<double>::quiet_NaN(); }
      result.std.push_back(std::sqrt(m2[n] / count));
    }
    return std::move(result);
  }

  SignalStatistics result;
  std::vector<double> m2;
};

// The statistics of all rows, and those of each tier, gathered in one pass.
class Tiered {
 public:
  explicit Tiered(size_t signals) : signals_(signals), all_(signals) {}

  template <typename T>
  void add(const std::vector<T>& row, const std::string* tier) {
    Gathering* of_tier = nullptr;
    if (tier != nullptr) { of_tier = &tiers_.try_emplace(*tier, signals_).first->second; }
    for (Gathering* gathering : {&all_, of_tier}) {
      if (gathering == nullptr) { continue; }
      ++gathering->result.rows;
      for (size_t i = 0; i < row.size(); ++i) {
        gathering->add(i * signals_ / row.size(), static_cast<double>(row[i]));
      }
    }
  }

  ModalityStatistics finish(std::string name, ModalityKind kind) {
    ModalityStatistics statistics{std::move(name), kind, all_.finish(), {}};
    for (auto& [tier, gathering] : tiers_) { statistics.tiers[tier] = gathering.finish(); }
    return statistics;
  }

 private:
  size_t signals_;
  Gathering all_;
  std::map<std::string, Gathering> tiers_;
};

const std::string* tier_of(const Screen& screen, int64_t frame) {
  const int64_t index = trial_of_frame(screen, frame);
  if (index < 0) { return nullptr; }
  const Trial& trial = screen.trials[static_cast<size_t>(index)];
  const bool counts = trial.valid && trial.kind != TrialKind::invalid && trial.tier != "blank";
  return counts ? &trial.tier : nullptr;
}

ModalityStatistics of_sequence(const std::string& name, const Sequence& sequence,
                               const std::optional<Screen>& screen) {
  const auto signals = static_cast<size_t>(sequence.signals);
  Tiered tiered(signals);
  std::vector<double> row(signals);
  for (int64_t r = 0; r < sequence.rows; ++r) {
    for (size_t n = 0; n < signals; ++n) { row[n] = number_at(sequence.row(r), sequence.type, n); }
    const double t_s = sequence.start_s + static_cast<double>(r) / sequence.rate_hz;
    tiered.add(row, screen ? tier_of(*screen, frame_at(*screen, t_s)) : nullptr);
  }
  return tiered.finish(name, ModalityKind::sequence);
}

ModalityStatistics of_screen(const std::string& name, const Screen& screen) {
  Tiered tiered(static_cast<size_t>(screen.channels));
  std::vector<float> frame(static_cast<size_t>(screen.height * screen.width * screen.channels));
  FrameReader frames(screen);
  for (int64_t f = 0; f < screen.first_frames.back(); ++f) {
    frames.read(f, frame);
    tiered.add(frame, tier_of(screen, f));
  }
  return tiered.finish(name, ModalityKind::screen);
}

SessionStatistics of_session(const std::filesystem::path& folder) {
  SessionStatistics statistics;
  const std::unique_ptr<Session::Impl> parts = open_parts(folder, statistics.problems);
  statistics.name = parts->name;
  for (const Modality& modality : parts->modalities) {
    if (const Sequence* sequence = parts->sequence(modality.name)) {
      statistics.modalities.push_back(of_sequence(modality.name, *sequence, parts->screen));
    } else if (modality.kind == ModalityKind::screen && parts->screen) {
      statistics.modalities.push_back(of_screen(modality.name, *parts->screen));
    }
  }
  return statistics;
}

SessionStatistics guarded(const std::filesystem::path& folder) {
  try {
    return of_session(folder);
  } catch (const std::exception& error) {  // one unreadable session does not hide the others
    return {session_name(folder),
            {},
            {problem_in(folder, "", "session cannot be read", "", error.what())}};
  }
}

nlohmann::ordered_json listed(const std::vector<double>& values) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (double value : values) {
    list.push_back(std::isfinite(value) ? nlohmann::ordered_json(value) : nullptr);
  }
  return list;
}

nlohmann::ordered_json json_of(const SignalStatistics& signals) {
  return {{"rows", signals.rows},          {"count", signals.count},
          {"mean", listed(signals.mean)},  {"std", listed(signals.std)},
          {"min", listed(signals.lowest)}, {"max", listed(signals.highest)}};
}

}  // namespace

std::vector<SessionStatistics> statistics(const std::filesystem::path& data,
                                          void (*progress)(int64_t done, int64_t total)) {
  const std::vector<std::filesystem::path> folders = session_folders(data);
  if (folders.empty()) {
    throw InputError({problem_in(data, "", "holds no session",
                                 "a folder of recording sessions (experanto experiments)", "")});
  }
  std::vector<SessionStatistics> sessions(folders.size());
  for_each_session(
      folders.size(), [&](size_t i) { sessions[i] = guarded(folders[i]); }, progress);
  return sessions;
}

nlohmann::ordered_json to_json(const std::vector<SessionStatistics>& sessions) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const SessionStatistics& session : sessions) {
    nlohmann::ordered_json modalities = nlohmann::ordered_json::array();
    for (const ModalityStatistics& modality : session.modalities) {
      nlohmann::ordered_json json = {{"name", modality.name}, {"kind", name_of(modality.kind)}};
      json.update(json_of(modality.all));
      json["tiers"] = nlohmann::ordered_json::object();
      for (const auto& [tier, signals] : modality.tiers) { json["tiers"][tier] = json_of(signals); }
      modalities.push_back(std::move(json));
    }
    rows.push_back({{"name", session.name},
                    {"modalities", std::move(modalities)},
                    {"problems", enigma::to_json(session.problems)}});
  }
  return {{"sessions", std::move(rows)}};
}

}  // namespace enigma::recordings::scores
