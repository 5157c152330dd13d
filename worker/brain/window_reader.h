// One window of a session as the floats that a batch is made of.
#pragma once

#include "worker/brain/corpus.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace enigma::worker {

/// Signals of a modality; 0 where the session has none of the name.
int64_t signals_of(const CorpusSession& session, const std::string& modality);

/// channels × samples, all behaviour modalities one after the other. `scaling`: per modality; none
/// = as stored.
void read_behavior(const CorpusSession& session, const sweeps::Inputs& inputs, double start_s,
                   const std::vector<recordings::gather::Scaling>& scaling, std::span<float> out);

/// Where one window of a batch goes. Spans of absent modalities are empty.
struct WindowBuffers {
  std::span<float> responses;  ///< (W, n), neurons in the given order
  std::span<float> video;      ///< (channels, T, height, width), normalised
  std::span<float> behavior;   ///< (channels, samples), normalised
};

/// Each stored row goes straight to its place: nothing is read twice or copied whole.
void read_window(const Corpus& corpus, const CorpusSession& session, double start_s,
                 std::span<const int64_t> neurons, const WindowBuffers& out);

}  // namespace enigma::worker
