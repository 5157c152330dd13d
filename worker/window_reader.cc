#include "worker/window_reader.h"

#include "worker/scaling.h"

#include <algorithm>

namespace enigma::worker {

void read_behavior(const CorpusSession& session, const sweeps::Inputs& inputs, double start_s,
                   std::span<float> out) {
  const int64_t samples = session.window.behavior->samples;
  const double rate_hz = static_cast<double>(samples) /
                         (static_cast<double>(session.window.samples) / session.window.rate_hz);
  std::vector<float> rows;
  float* channel = out.data();
  for (size_t m = 0; m < inputs.behavior.size(); ++m) {
    const int64_t signals = inputs.behavior_signals[m];
    rows.resize(static_cast<size_t>(samples * signals));
    session.session.read_sequence(inputs.behavior[m], start_s, samples, rate_hz, rows);
    for (int64_t c = 0; c < signals; ++c, channel += samples)
      for (int64_t s = 0; s < samples; ++s) channel[s] = rows[static_cast<size_t>(s * signals + c)];
  }
}

void WindowReader::read(const CorpusSession& session, double start_s,
                        std::span<const int64_t> neurons, const WindowBuffers& out) {
  read_responses(session, start_s, neurons, out.responses);
  if (!out.video.empty()) read_video(session, start_s, out.video);
  if (out.behavior.empty()) return;
  read_behavior(session, corpus_.inputs, start_s, out.behavior);
  const int64_t samples = session.window.behavior->samples;
  for (size_t c = 0; c < session.behavior.mean.size(); ++c)
    standardize(out.behavior.data() + static_cast<int64_t>(c) * samples, samples,
                session.behavior.mean[c], session.behavior.deviation[c]);
}

void WindowReader::read_responses(const CorpusSession& session, double start_s,
                                  std::span<const int64_t> neurons, std::span<float> out) {
  const auto all = static_cast<size_t>(session.session.neurons());
  const auto samples = static_cast<size_t>(corpus_.rule.samples);
  scratch_.resize(samples * all);
  session.session.read_responses(start_s, corpus_.rule, scratch_);
  for (size_t s = 0; s < samples; ++s)
    for (size_t i = 0; i < neurons.size(); ++i)
      out[s * neurons.size() + i] = scratch_[s * all + static_cast<size_t>(neurons[i])];
}

// Frames come as (T, channels, height, width); the model wants the channels outside.
void WindowReader::read_video(const CorpusSession& session, double start_s, std::span<float> out) {
  const model::VideoShape& shape = *session.window.video;
  const int64_t pixels = shape.height * shape.width;
  scratch_.resize(out.size());
  session.session.read_video(start_s, corpus_.rule, scratch_);
  for (int64_t c = 0; c < shape.channels; ++c) {
    float* channel = out.data() + c * shape.frames * pixels;
    for (int64_t t = 0; t < shape.frames; ++t)
      std::copy_n(scratch_.data() + (t * shape.channels + c) * pixels, pixels,
                  channel + t * pixels);
    standardize(channel, shape.frames * pixels, session.video.mean[static_cast<size_t>(c)],
                session.video.deviation[static_cast<size_t>(c)]);
  }
}

}  // namespace enigma::worker
