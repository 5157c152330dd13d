#include "worker/brain/window_reader.h"

namespace enigma::worker {

int64_t signals_of(const CorpusSession& session, const std::string& modality) {
  for (const recordings::Modality& known : session.info.modalities) {
    if (known.name == modality) { return known.signals; }
  }
  return 0;
}

void read_behavior(const CorpusSession& session, const sweeps::Inputs& inputs, double start_s,
                   const std::vector<recordings::gather::Scaling>& scaling, std::span<float> out) {
  const int64_t samples = inputs.window.behavior->samples;
  const double window_s = static_cast<double>(inputs.window.samples) / inputs.window.rate_hz;
  const double rate_hz = static_cast<double>(samples) / window_s;
  size_t first = 0;
  for (size_t m = 0; m < inputs.behavior.size(); ++m) {
    const std::string& modality = inputs.behavior[m];
    const auto count = static_cast<size_t>(samples * signals_of(session, modality));
    recordings::gather::Delivery delivery;
    if (!scaling.empty()) { delivery.scaling = scaling[m]; }
    recordings::gather::gather_signals(session.session, modality, start_s, samples, rate_hz,
                                       delivery, std::as_writable_bytes(out.subspan(first, count)));
    first += count;
  }
}

void read_window(const Corpus& corpus, const CorpusSession& session, double start_s,
                 std::span<const int64_t> neurons, const WindowBuffers& out) {
  recordings::gather::gather_responses(session.session, start_s, corpus.rule, neurons, {},
                                       std::as_writable_bytes(out.responses));
  if (!out.video.empty()) {
    recordings::gather::gather_video(session.session, start_s, corpus.rule,
                                     {.scaling = session.video}, std::as_writable_bytes(out.video));
  }
  if (!out.behavior.empty()) {
    read_behavior(session, corpus.inputs, start_s, session.behavior, out.behavior);
  }
}

}  // namespace enigma::worker
