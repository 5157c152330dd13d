#include "recordings/scores/repeats.h"

#include "diagnostics/check.h"
#include "recordings/scores/pearson.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>

namespace enigma::recordings::scores {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// One neuron's trials, by stimulus.
struct Group {
  std::vector<double> responses, predictions;
};
using Groups = std::vector<Group>;

double sum_of(std::span<const double> values) {
  double sum = 0;
  for (double value : values) { sum += value; }
  return sum;
}

double mean_of(std::span<const double> values) {
  return sum_of(values) / static_cast<double>(values.size());
}

double variance_of(std::span<const double> values, int missing) {
  const double mean = mean_of(values);
  double sum = 0;
  for (double value : values) { sum += (value - mean) * (value - mean); }
  return sum / (static_cast<double>(values.size()) - missing);
}

double covariance_of(std::span<const double> x, std::span<const double> y) {
  const double mean_x = mean_of(x), mean_y = mean_of(y);
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) { sum += (x[i] - mean_x) * (y[i] - mean_y); }
  return sum / (static_cast<double>(x.size()) - 1);
}

double mean_variance_within(const Groups& groups, double (*of)(double)) {
  double sum = 0;
  int64_t count = 0;
  for (const Group& group : groups) {
    if (group.responses.size() < 2) { continue; }
    std::vector<double> values;
    for (double y : group.responses) { values.push_back(of(y)); }
    sum += variance_of(values, 1);
    ++count;
  }
  return count == 0 ? kNan : sum / static_cast<double>(count);
}

double as_is(double y) {
  return y;
}
double stabilized(double y) {  // Anscombe: counts get a variance of about one
  return 2 * std::sqrt(y + 3.0 / 8);
}

void score_variances(const Groups& groups, const Group& all, RepeatScores& scores) {
  const double noise = mean_variance_within(groups, as_is);
  const double total = variance_of(all.responses, 1);
  double squares = 0;
  for (size_t i = 0; i < all.responses.size(); ++i) {
    squares += std::pow(all.responses[i] - all.predictions[i], 2);
  }
  const double error = squares / static_cast<double>(all.responses.size());
  scores.fev.push_back((total - noise) / total);
  scores.feve.push_back(1 - (error - noise) / (total - noise));
  scores.explainable_var.push_back((total - noise) / (total + 1e-9));
  std::vector<double> averages;
  for (const Group& group : groups) {
    double sum = 0;
    for (double y : group.responses) { sum += stabilized(y); }
    averages.push_back(sum / static_cast<double>(group.responses.size()));
  }
  scores.snr.push_back(variance_of(averages, 0) / mean_variance_within(groups, stabilized));
}

void score_correlations(const Groups& groups, const Group& all, RepeatScores& scores) {
  Group averages, others, everyone;
  for (const Group& group : groups) {
    const double sum = sum_of(group.responses);
    const double count = static_cast<double>(group.responses.size());
    averages.responses.push_back(sum / count);
    averages.predictions.push_back(mean_of(group.predictions));
    for (double y : group.responses) {
      if (group.responses.size() < 2) { continue; }
      others.responses.push_back(y);
      others.predictions.push_back((sum - y) / (count - 1));
      everyone.responses.push_back(y);
      everyone.predictions.push_back(sum / count);
    }
  }
  // As published: r of what never changes is 0, except for the conservative oracle.
  const auto softened = [](const Group& pairs) {
    const double r = pearson(pairs.predictions, pairs.responses, kSoftening);
    return std::isnan(r) ? 0 : r;
  };
  scores.corr_single_trial.push_back(softened(all));
  scores.corr_to_average.push_back(softened(averages));
  scores.oracle_jackknife.push_back(pearson(others.predictions, others.responses, kSoftening));
  scores.oracle_conservative.push_back(pearson(everyone.predictions, everyone.responses));
}

void score_signal(const Groups& groups, RepeatScores& scores) {
  const size_t repeats = groups.front().responses.size();
  const bool equal = repeats > 1 && std::all_of(groups.begin(), groups.end(), [&](const Group& g) {
                       return g.responses.size() == repeats;
                     });
  if (!equal) { return; }
  std::vector<double> sums, averages, predicted;
  for (const Group& group : groups) {
    sums.push_back(sum_of(group.responses));
    averages.push_back(sums.back() / static_cast<double>(repeats));
    predicted.push_back(mean_of(group.predictions));
  }
  double single = 0;
  for (size_t r = 0; r < repeats; ++r) {
    std::vector<double> repeat;
    for (const Group& group : groups) { repeat.push_back(group.responses[r]); }
    single += variance_of(repeat, 1);
  }
  const double n = static_cast<double>(repeats);
  scores.signal_power.push_back((variance_of(sums, 1) - single) / (n * (n - 1)));
  scores.ccnorm.push_back(covariance_of(predicted, averages) /
                          std::sqrt(variance_of(predicted, 1) * scores.signal_power.back()));
}

}  // namespace

RepeatScores score_repeats(const RepeatedTrials& trials) {
  const auto neurons = static_cast<size_t>(trials.neurons);
  const size_t count = trials.stimulus.size();
  ENIGMA_CHECK(
      trials.responses.size() == count * neurons && trials.predictions.size() == count * neurons,
      "responses and predictions are trials x neurons");
  RepeatScores scores;
  if (count == 0) { return scores; }
  std::map<int64_t, size_t> place;
  for (int64_t stimulus : trials.stimulus) { place.emplace(stimulus, place.size()); }
  for (size_t n = 0; n < neurons; ++n) {
    Groups groups(place.size());
    Group all;
    for (size_t t = 0; t < count; ++t) {
      Group& group = groups[place.at(trials.stimulus[t])];
      for (Group* part : {&group, &all}) {
        part->responses.push_back(trials.responses[t * neurons + n]);
        part->predictions.push_back(trials.predictions[t * neurons + n]);
      }
    }
    score_variances(groups, all, scores);
    score_correlations(groups, all, scores);
    score_signal(groups, scores);
  }
  return scores;
}

FeveMean mean_feve(const RepeatScores& scores, double least) {
  std::vector<double> kept;
  for (size_t n = 0; n < scores.fev.size(); ++n) {
    if (scores.fev[n] >= least) { kept.push_back(scores.feve[n]); }
  }
  return {kept.empty() ? kNan : mean_of(kept), static_cast<int64_t>(kept.size())};
}

double gini(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double weighted = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    weighted += (2 * static_cast<double>(i + 1) - n - 1) * values[i];
  }
  return weighted / (n * sum_of(values));
}

}  // namespace enigma::recordings::scores
