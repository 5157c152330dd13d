#include "recordings/format/window.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace enigma::recordings {
namespace {

struct Lane {
  const Sequence* sequence;
  const std::vector<bool>* nan;
};

// The modalities a window must respect, opened for asking sample by sample.
struct Validity {
  const Session::Impl& session;
  const std::string& tier;
  double period_s;
  double start_s, end_s;
  std::vector<Lane> lanes;
};

bool respects(const WindowRule& rule, const std::string& modality) {
  return modality == "responses" || rule.modalities.empty() ||
         std::find(rule.modalities.begin(), rule.modalities.end(), modality) !=
             rule.modalities.end();
}

Validity validity_of(const Session::Impl& session, const std::string& tier,
                     const WindowRule& rule) {
  Validity validity{
      session, tier, 1.0 / rule.rate_hz, session.screen->start_s(), session.screen->end_s(), {}};
  for (const auto& [name, sequence] : session.sequences) {
    if (!respects(rule, name)) { continue; }
    validity.start_s = std::max(validity.start_s, sequence.valid_from_s());
    validity.end_s = std::min(validity.end_s, sequence.valid_to_s());
    validity.lanes.push_back({&sequence, &session.nan_rows.at(name)->of(sequence)});
  }
  return validity;
}

bool has_rows(const Lane& lane, double t_s, double period_s) {
  const Sequence& sequence = *lane.sequence;
  const double late_s = sequence.shifts_s.empty()
                            ? 0
                            : *std::max_element(sequence.shifts_s.begin(), sequence.shifts_s.end());
  const double early_s = sequence.shifts_s.empty() ? 0
                                                   : *std::min_element(sequence.shifts_s.begin(),
                                                                       sequence.shifts_s.end());
  const int64_t reached = row_at(sequence, t_s - late_s, kNudge);
  const int64_t first = sequence.shifts_s.empty() ? reached : std::max<int64_t>(0, reached);
  const int64_t last = row_at(sequence, t_s - early_s, kNudge);
  if (first < 0 || last >= sequence.rows) { return false; }
  const int64_t next = row_at(sequence, t_s - early_s + period_s, kNudge);
  const auto begin = lane.nan->begin() + first;
  const auto end = lane.nan->begin() + std::min(std::max(last + 1, next), sequence.rows);
  return std::find(begin, end, true) == end;
}

bool is_of_tier(const Trial& trial, const std::string& tier) {
  return trial.tier == tier && trial.valid && trial.kind != TrialKind::invalid;
}

// The trial on screen at t, if it is of the tier; −1 otherwise.
int64_t trial_at(const Validity& validity, double t_s) {
  const Screen& screen = *validity.session.screen;
  const int64_t trial = trial_of_frame(screen, frame_at(screen, t_s));
  if (trial < 0) { return -1; }
  return is_of_tier(screen.trials[static_cast<size_t>(trial)], validity.tier) ? trial : -1;
}

bool has_sample(const Validity& validity, double t_s) {
  const double slack_s = kNudge * validity.period_s;
  if (t_s + slack_s < validity.start_s || t_s > validity.end_s) { return false; }
  return std::all_of(validity.lanes.begin(), validity.lanes.end(),
                     [&](const Lane& lane) { return has_rows(lane, t_s, validity.period_s); });
}

bool holds_trial_window(const Validity& validity, int64_t trial, const WindowRule& rule) {
  const double start_s = validity.session.screen->onset_s(trial);
  for (int64_t k = 0; k < rule.samples; ++k) {
    const double t_s = start_s + static_cast<double>(k) / rule.rate_hz;
    if (trial_at(validity, t_s) != trial || !has_sample(validity, t_s)) { return false; }
  }
  return true;
}

std::vector<double> trial_starts(const Validity& validity, const WindowRule& rule) {
  const Screen& screen = *validity.session.screen;
  std::vector<double> starts;
  for (size_t i = 0; i < screen.trials.size(); ++i) {
    const auto trial = static_cast<int64_t>(i);
    if (is_of_tier(screen.trials[i], validity.tier) && holds_trial_window(validity, trial, rule)) {
      starts.push_back(screen.onset_s(trial));
    }
  }
  return starts;
}

// Walks the grid and keeps the points from which `samples` valid points follow; with `disjoint`,
// goes on after the window just taken.
std::vector<double> grid_starts(const Validity& validity, const WindowRule& rule, bool disjoint) {
  std::vector<double> starts;
  const double seconds = validity.end_s - validity.start_s;
  const auto points = static_cast<int64_t>(std::floor(seconds * rule.rate_hz + kNudge)) + 1;
  int64_t run = 0;
  for (int64_t g = 0; g < points; ++g) {
    const double t_s = validity.start_s + static_cast<double>(g) / rule.rate_hz;
    run = trial_at(validity, t_s) >= 0 && has_sample(validity, t_s) ? run + 1 : 0;
    if (run < rule.samples) { continue; }
    const int64_t first = g - rule.samples + 1;
    starts.push_back(validity.start_s + static_cast<double>(first) / rule.rate_hz);
    if (disjoint) { run = 0; }
  }
  return starts;
}

std::vector<double> starts_of(const Session::Impl& session, const std::string& tier,
                              const WindowRule& rule, bool disjoint) {
  if (!session.screen || session.sequence("responses") == nullptr || rule.samples <= 0) {
    return {};
  }
  const Validity validity = validity_of(session, tier, rule);
  if (validity.end_s < validity.start_s) { return {}; }
  return rule.align == Align::trial ? trial_starts(validity, rule)
                                    : grid_starts(validity, rule, disjoint);
}

}  // namespace

std::vector<double> window_starts(const Session::Impl& session, const std::string& tier,
                                  const WindowRule& rule) {
  return starts_of(session, tier, rule, false);
}

std::vector<double> disjoint_window_starts(const Session::Impl& session, const std::string& tier,
                                           const WindowRule& rule) {
  return starts_of(session, tier, rule, true);
}

}  // namespace enigma::recordings
