// Windows of a session, gathered, converted and normalised in one pass into a batch's memory: the
// same numbers as Session::read_*, without a copy of what is not asked for.
#pragma once

#include "recordings/format/session.h"
#include "recordings/gather/row_kernel.h"

#include <span>
#include <string>
#include <vector>

namespace enigma::recordings::gather {

/// z-score per signal or channel, in float32: x becomes (x − mean) · (1 / deviation), and NaN
/// becomes 0, the mean. Empty = as stored.
struct Scaling {
  std::vector<double> mean, deviation;
};

/// How a modality's numbers are delivered.
struct Delivery {
  Element element = Element::f32;
  Scaling scaling = {};
};

/// The responses of `neurons`, in their order (indices below session.neurons(), repeats allowed):
/// rule.samples × neurons.size(), row-major. `delivery.scaling` has one entry per neuron of the
/// session.
void gather_responses(const Session& session, double start_s, const WindowRule& rule,
                      std::span<const int64_t> neurons, const Delivery& delivery,
                      std::span<std::byte> out);

/// channels × rule.samples × height × width grey levels; scaling per channel.
void gather_video(const Session& session, double start_s, const WindowRule& rule,
                  const Delivery& delivery, std::span<std::byte> out);

/// Any sequence: signals × `samples` at `rate_hz`, one signal after the other; scaling per signal.
void gather_signals(const Session& session, const std::string& modality, double start_s,
                    int64_t samples, double rate_hz, const Delivery& delivery,
                    std::span<std::byte> out);

/// Tells the system that a window is read soon, so that its rows and frames come into memory
/// meanwhile; returns at once.
void expect_window(const Session& session, double start_s, const WindowRule& rule);

}  // namespace enigma::recordings::gather
