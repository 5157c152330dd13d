#include "recordings/generate/ceiling.h"

#include <algorithm>
#include <cmath>

namespace enigma::recordings {

void add(CeilingSum& sum, double video, double rate, int64_t spikes) {
  const auto y = static_cast<double>(spikes);
  sum.rate += rate;
  sum.rate_square += rate * rate;
  sum.video += video;
  sum.video_square += video * video;
  sum.responses += y;
  sum.log_loss += rate - y * std::log(rate);
  ++sum.samples;
}

Ceiling ceiling_of(std::span<const CeilingSum> neurons) {
  Ceiling ceiling;
  for (const CeilingSum& sum : neurons) {
    const auto n = static_cast<double>(sum.samples);
    const double mean = sum.rate / n, video = sum.video / n, response = sum.responses / n;
    const double variance = sum.rate_square / n - mean * mean;
    const double gain = mean / video;  // the mean of the gain: video × it is E[rate | video]
    const double by_video = (sum.video_square / n - video * video) * gain * gain;
    ceiling.explainable_variance.push_back(variance / (variance + mean));
    ceiling.video_share.push_back(std::min(1.0, by_video / variance));
    ceiling.correlation.push_back(std::sqrt(variance / (variance + mean)));
    ceiling.baseline_loss += response > 0 ? response - response * std::log(response) : 0;
    ceiling.rate_loss += sum.log_loss / n;
  }
  ceiling.baseline_loss /= static_cast<double>(neurons.size());
  ceiling.rate_loss /= static_cast<double>(neurons.size());
  return ceiling;
}

double median(std::vector<double> values) {
  if (values.empty()) return std::nan("");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

nlohmann::ordered_json to_json(const Ceiling& ceiling) {
  return {{"explainable_variance_median", median(ceiling.explainable_variance)},
          {"video_share_median", median(ceiling.video_share)},
          {"noise_ceiling_correlation_median", median(ceiling.correlation)},
          {"baseline_loss", ceiling.baseline_loss},
          {"rate_loss", ceiling.rate_loss},
          {"rate_below_baseline", 1 - ceiling.rate_loss / ceiling.baseline_loss},
          {"explainable_variance", ceiling.explainable_variance},
          {"video_share", ceiling.video_share}};
}

}  // namespace enigma::recordings
