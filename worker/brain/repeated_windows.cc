#include "worker/brain/repeated_windows.h"

#include "recordings/scores/pearson.h"
#include "worker/brain/predictions.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace enigma::worker {
namespace {

using recordings::scores::RepeatedTrials;
using recordings::scores::RepeatScores;

bool is_whole(std::span<const float> row) {
  return std::none_of(row.begin(), row.end(), [](float value) { return std::isnan(value); });
}

std::span<const float> row_of(const at::Tensor& rows, int64_t row) {
  return {rows.const_data_ptr<float>() + row * rows.size(1), static_cast<size_t>(rows.size(1))};
}

bool repeats(const RepeatedTrials& trials) {
  std::map<int64_t, int64_t> showings;
  for (const int64_t stimulus : trials.stimulus) {
    if (++showings[stimulus] > 1) { return true; }
  }
  return false;
}

/// Sums over sessions, from which the means follow.
struct Sums {
  double feve = 0, ccnorm = 0;
  int64_t feve_neurons = 0, ccnorm_neurons = 0;

  void add(const RepeatScores& scores) {
    const auto kept = recordings::scores::mean_feve(scores);
    if (kept.kept > 0) { feve += kept.mean * static_cast<double>(kept.kept); }
    feve_neurons += kept.kept;
    for (const double value : scores.ccnorm) {
      if (std::isfinite(value)) { ccnorm += value, ++ccnorm_neurons; }
    }
  }
};

std::optional<double> mean(double sum, int64_t count) {
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

}  // namespace

void RepeatedWindows::add(const Predicted& some) {
  const CorpusSession& session = corpus_.sessions[some.session];
  const int64_t samples = corpus_.rule.samples, neurons = session.ref.neurons;
  const at::Tensor predictions = laid_out(some.predictions, some, samples, neurons);
  const at::Tensor responses = laid_out(some.labels, some, samples, neurons);
  Moments& moments = sessions_[some.session];
  moments.trials.neurons = neurons;
  for (size_t w = 0; w < some.starts_s.size(); ++w) {
    const auto window = static_cast<int64_t>(w);
    add_window(moments, session, some.starts_s[w], predictions[window], responses[window]);
  }
}

void RepeatedWindows::add_window(Moments& moments, const CorpusSession& session, double start_s,
                                 const at::Tensor& predictions, const at::Tensor& responses) {
  const auto showing = session.session.shown_at(start_s);
  if (!showing) { return; }
  const int64_t first = std::llround((start_s - showing->onset_s) * corpus_.rule.rate_hz);
  RepeatedTrials& trials = moments.trials;
  for (int64_t sample = 0; sample < predictions.size(0); ++sample) {
    const auto predicted = row_of(predictions, sample), measured = row_of(responses, sample);
    if (!is_whole(predicted)) { continue; }
    const auto number = moments.stimuli.emplace(std::pair(showing->stimulus, first + sample),
                                                static_cast<int64_t>(moments.stimuli.size()));
    trials.stimulus.push_back(number.first->second);
    trials.predictions.insert(trials.predictions.end(), predicted.begin(), predicted.end());
    trials.responses.insert(trials.responses.end(), measured.begin(), measured.end());
  }
}

RepeatScore RepeatedWindows::score() const {
  Sums sums;
  for (const auto& [session, moments] : sessions_) {
    if (repeats(moments.trials)) { sums.add(recordings::scores::score_repeats(moments.trials)); }
  }
  return {mean(sums.feve, sums.feve_neurons), mean(sums.ccnorm, sums.ccnorm_neurons),
          sums.feve_neurons, sums.ccnorm_neurons};
}

}  // namespace enigma::worker
