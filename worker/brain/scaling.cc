#include "worker/brain/scaling.h"

#include "worker/brain/window_reader.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace enigma::worker {
namespace {

struct Sums {
  double count = 0, mean = 0, m2 = 0;

  /// The values that are not NaN, as one piece merged with the pieces before (Chan et al. 1979).
  void add(std::span<const float> values) {
    double known = 0, sum = 0, squares = 0;
    for (const float value : values) {
      const bool is_known = !std::isnan(value);
      const double x = is_known ? double{value} : 0;
      known += is_known ? 1 : 0;
      sum += x;
      squares += x * x;
    }
    if (known == 0) { return; }
    const double delta = sum / known - mean, all = count + known;
    m2 += std::max(0.0, squares - sum * sum / known) + delta * delta * count * known / all;
    mean += delta * known / all;
    count = all;
  }
};

std::vector<double> spread_starts(const CorpusSession& session,
                                  const recordings::WindowRule& rule) {
  const auto starts = session.session.disjoint_window_starts_s("train", rule);
  if (starts.size() <= kScalingWindowsMax) { return starts; }
  std::vector<double> chosen;
  for (size_t i = 0; i < kScalingWindowsMax; ++i) {
    chosen.push_back(starts[i * starts.size() / kScalingWindowsMax]);
  }
  return chosen;
}

recordings::gather::Scaling scaling_of(std::span<const Sums> channels) {
  recordings::gather::Scaling scaling;
  for (const Sums& sums : channels) {
    const double deviation = sums.count > 0 ? std::sqrt(sums.m2 / sums.count) : 0;
    scaling.mean.push_back(sums.mean);
    scaling.deviation.push_back(deviation > 0 ? deviation : 1);
  }
  return scaling;
}

}  // namespace

recordings::gather::Scaling video_scaling(const CorpusSession& session, const Corpus& corpus) {
  const model::VideoShape& shape = *corpus.inputs.window.video;
  const auto pixels = static_cast<size_t>(shape.height * shape.width);
  const auto channels = static_cast<size_t>(shape.channels);
  std::vector<Sums> sums(channels);
  std::vector<float> frames(static_cast<size_t>(shape.frames) * channels * pixels);
  for (double start_s : spread_starts(session, corpus.rule)) {
    session.session.read_video(start_s, corpus.rule, frames);
    for (size_t plane = 0; plane * pixels < frames.size(); ++plane) {
      sums[plane % channels].add(std::span(frames).subspan(plane * pixels, pixels));
    }
  }
  return scaling_of(sums);
}

std::vector<recordings::gather::Scaling> behavior_scaling(const CorpusSession& session,
                                                          const Corpus& corpus) {
  const model::BehaviorShape& shape = *corpus.inputs.window.behavior;
  const auto samples = static_cast<size_t>(shape.samples);
  std::vector<Sums> sums(static_cast<size_t>(shape.channels));
  std::vector<float> window(sums.size() * samples);
  for (double start_s : spread_starts(session, corpus.rule)) {
    read_behavior(session, corpus.inputs, start_s, {}, window);
    for (size_t c = 0; c < sums.size(); ++c) {
      sums[c].add(std::span(window).subspan(c * samples, samples));
    }
  }
  std::vector<recordings::gather::Scaling> scalings;
  size_t first = 0;
  for (const std::string& modality : corpus.inputs.behavior) {
    const auto signals = static_cast<size_t>(signals_of(session, modality));
    scalings.push_back(scaling_of(std::span(sums).subspan(first, signals)));
    first += signals;
  }
  return scalings;
}

}  // namespace enigma::worker
