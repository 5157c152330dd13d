#include "recordings/generate/ceiling.h"

#include <algorithm>
#include <cmath>

namespace enigma::recordings::generate {

namespace {

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

}  // namespace

void add(CeilingSum& sum, const CeilingSample& sample) {
  const double rate = sample.rate, y = sample.response;
  sum.rate += rate;
  sum.rate_square += rate * rate;
  sum.video += sample.video;
  sum.video_square += sample.video * sample.video;
  sum.noise += sample.noise;
  sum.responses += y;
  sum.log_loss += y > 0 ? rate - y * std::log(rate) : rate;
  ++sum.samples;
}

Ceiling ceiling_of(std::span<const CeilingSum> neurons) {
  Ceiling ceiling;
  for (const CeilingSum& sum : neurons) {
    const auto n = static_cast<double>(sum.samples);
    const double mean = sum.rate / n, video = sum.video / n, response = sum.responses / n;
    const double variance = std::max(0.0, sum.rate_square / n - mean * mean);
    const double gain = ratio(mean, video);  // of the mean: video × it is E[rate | video]
    const double by_video = (sum.video_square / n - video * video) * gain * gain;
    const double explainable = ratio(variance, variance + sum.noise / n);
    ceiling.explainable_variance.push_back(explainable);
    ceiling.video_share.push_back(std::min(1.0, ratio(by_video, variance)));
    ceiling.correlation.push_back(std::sqrt(explainable));
    ceiling.baseline_loss += response > 0 ? response - response * std::log(response) : 0;
    ceiling.rate_loss += sum.log_loss / n;
  }
  ceiling.baseline_loss /= static_cast<double>(neurons.size());
  ceiling.rate_loss /= static_cast<double>(neurons.size());
  return ceiling;
}

double median(std::vector<double> values) {
  if (values.empty()) { return std::nan(""); }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) { return *middle; }
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

}  // namespace enigma::recordings::generate
