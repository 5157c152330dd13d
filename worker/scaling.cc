#include "worker/scaling.h"

#include "worker/window_reader.h"

#include <algorithm>
#include <cmath>

namespace enigma::worker {
namespace {

struct Sums {
  double count = 0, mean = 0, m2 = 0;

  void add(double value) {
    if (std::isnan(value)) return;
    count += 1;
    const double delta = value - mean;
    mean += delta / count;
    m2 += delta * (value - mean);
  }
};

std::vector<double> spread_starts(const CorpusSession& session,
                                  const recordings::WindowRule& rule) {
  const auto starts = session.session.disjoint_window_starts_s("train", rule);
  if (starts.size() <= kScalingWindowsMax) return starts;
  std::vector<double> chosen;
  for (size_t i = 0; i < kScalingWindowsMax; ++i)
    chosen.push_back(starts[i * starts.size() / kScalingWindowsMax]);
  return chosen;
}

Scaling scaling_of(const std::vector<Sums>& channels) {
  Scaling scaling;
  for (const Sums& sums : channels) {
    const double deviation = sums.count > 0 ? std::sqrt(sums.m2 / sums.count) : 0;
    scaling.mean.push_back(sums.mean);
    scaling.deviation.push_back(deviation > 0 ? deviation : 1);
  }
  return scaling;
}

}  // namespace

Scaling video_scaling(const CorpusSession& session, const recordings::WindowRule& rule) {
  const model::VideoShape& shape = *session.window.video;
  const auto pixels = static_cast<size_t>(shape.height * shape.width);
  const auto channels = static_cast<size_t>(shape.channels);
  std::vector<Sums> sums(channels);
  std::vector<float> frames(static_cast<size_t>(shape.frames) * channels * pixels);
  for (double start_s : spread_starts(session, rule)) {
    session.session.read_video(start_s, rule, frames);
    for (size_t i = 0; i < frames.size(); ++i) sums[i / pixels % channels].add(frames[i]);
  }
  return scaling_of(sums);
}

Scaling behavior_scaling(const CorpusSession& session, const Corpus& corpus) {
  const model::BehaviorShape& shape = *session.window.behavior;
  std::vector<Sums> sums(static_cast<size_t>(shape.channels));
  std::vector<float> window(static_cast<size_t>(shape.channels * shape.samples));
  for (double start_s : spread_starts(session, corpus.rule)) {
    read_behavior(session, corpus.inputs, start_s, window);
    for (size_t i = 0; i < window.size(); ++i)
      sums[i / static_cast<size_t>(shape.samples)].add(window[i]);
  }
  return scaling_of(sums);
}

void standardize(float* values, int64_t count, double mean, double deviation) {
  const auto shift = static_cast<float>(mean);
  const auto scale = static_cast<float>(1 / deviation);
  for (int64_t i = 0; i < count; ++i) {
    const float scaled = (values[i] - shift) * scale;
    values[i] = std::isnan(scaled) ? 0.0f : scaled;
  }
}

}  // namespace enigma::worker
