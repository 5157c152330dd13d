// One window of a session as the floats that a batch is made of.
#pragma once

#include "worker/corpus.h"

#include <span>
#include <vector>

namespace enigma::worker {

/// channels × samples, all behaviour modalities one after the other, as stored.
void read_behavior(const CorpusSession& session, const sweeps::Inputs& inputs, double start_s,
                   std::span<float> out);

/// Where one window of a batch goes. Spans of absent modalities are empty.
struct WindowBuffers {
  std::span<float> responses;  ///< (W, n), neurons in the given order
  std::span<float> video;      ///< (channels, T, height, width), normalised
  std::span<float> behavior;   ///< (channels, samples), normalised
};

/// Reads with a scratch buffer of its own, so that steady reading allocates nothing.
class WindowReader {
 public:
  explicit WindowReader(const Corpus& corpus) : corpus_(corpus) {}
  void read(const CorpusSession& session, double start_s, std::span<const int64_t> neurons,
            const WindowBuffers& out);

 private:
  void read_responses(const CorpusSession& session, double start_s,
                      std::span<const int64_t> neurons, std::span<float> out);
  void read_video(const CorpusSession& session, double start_s, std::span<float> out);

  const Corpus& corpus_;
  std::vector<float> scratch_;
};

}  // namespace enigma::worker
