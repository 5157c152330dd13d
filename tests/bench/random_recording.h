// A recording of random numbers in the native layout, written fast: what loading costs does not
// depend on the values.
#pragma once

#include <cstdint>
#include <filesystem>

namespace enigma::bench {

/// 30 Hz binary16 responses, clips of 10 s of 36 × 64 grey video, two behaviour signals at 20 Hz.
struct RandomRecording {
  std::filesystem::path folder;
  int64_t neurons = 0;
  double minutes = 0;
};

/// Throws std::runtime_error where the disk refuses.
void write(const RandomRecording& recording);

}  // namespace enigma::bench
