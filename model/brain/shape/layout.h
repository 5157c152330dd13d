// Every token of one forward pass with its place in time: the source of masks, rotary positions
// and counts. Times are integer ticks (response samples of the window), intervals half-open.
#pragma once

#include "model/brain/shape/shape.h"
#include "model/brain/shape/strategy.h"

#include <cstdint>
#include <vector>

namespace enigma::model {

/// `count` neighbouring tokens that share one interval [from, to) and one rotary time.
struct TokenGroup {
  int64_t from = 0, to = 0;
  int64_t count = 0;
  double time_s = 0;  ///< rotary position; latents' times are rounded to float32, as published
};

/// Token sequences in the model's order.
struct TokenLayout {
  std::vector<TokenGroup> inputs;   ///< response tokens (time-major per segment), then behaviour
  std::vector<TokenGroup> latents;  ///< window latents of the context, then the global ones
  std::vector<TokenGroup> video;    ///< visible steps
  std::vector<TokenGroup> queries;  ///< response queries (slot-major per target), then behaviour
};
TokenLayout layout_of(const ResolvedStrategy& strategy, const ModelShape& shape);

int64_t token_count(const std::vector<TokenGroup>& groups);

/// Two tokens may attend iff their intervals overlap; intervals that only touch do not.
bool overlaps(const TokenGroup& a, const TokenGroup& b);

/// Pairs of (query, key) that the interval mask allows.
double allowed_pairs(const std::vector<TokenGroup>& queries, const std::vector<TokenGroup>& keys);

/// Range of latent windows whose start lies in the strategy's context.
struct WindowRange {
  int64_t from = 0, to = 0;
};
WindowRange context_windows(const ResolvedStrategy& strategy, const ModelShape& shape);

/// Tokens of one visible segment and neuron: (samples − kernel)/stride + 1.
int64_t tokens_per_neuron(const Segment& segment, const ModelShape& shape);

}  // namespace enigma::model
