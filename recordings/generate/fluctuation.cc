#include "recordings/generate/fluctuation.h"

#include <cmath>

namespace enigma::recordings::generate {

// An Ornstein–Uhlenbeck process at its samples, from its stationary distribution on.
std::vector<float> slow_signal(Stream stream, int64_t samples, double rate_hz, double time_s) {
  const double keep = std::exp(-1 / (time_s * rate_hz)), fresh = std::sqrt(1 - keep * keep);
  std::vector<float> signal;
  double value = stream.normal();
  for (int64_t i = 0; i < samples; ++i) {
    signal.push_back(static_cast<float>(value));
    value = keep * value + fresh * stream.normal();
  }
  return signal;
}

}  // namespace enigma::recordings::generate
