#include "tokens/grammar.h"

#include "diagnostics/check.h"

#include "random/counter_random.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace enigma::tokens {
namespace {

std::vector<double> probabilities(const Grammar& grammar) {
  std::vector<double> ranks;
  double sum = 0;
  for (int64_t r = 1; r <= grammar.vocabulary; ++r) {
    sum += ranks.emplace_back(std::pow(static_cast<double>(r), -grammar.exponent));
  }
  for (double& p : ranks) { p /= sum; }
  return ranks;
}

std::vector<double> cumulated(std::vector<double> values) {
  for (size_t i = 1; i < values.size(); ++i) { values[i] += values[i - 1]; }
  values.back() = 1;
  return values;
}

/// A number of its own for the context at the end of `before`.
uint64_t key_of(const Grammar& grammar, const std::vector<uint32_t>& before) {
  uint64_t key = mixed(grammar.seed + kGolden);
  if (before.empty()) { return key; }
  const auto wanted = static_cast<size_t>(context_length(grammar, before.back()));
  for (size_t i = 0; i < std::min(wanted, before.size()); ++i) {
    key = mixed((key ^ before[before.size() - 1 - i]) + kGolden);
  }
  return key;
}

}  // namespace

double entropy_nats(const Grammar& grammar) {
  double entropy = 0;
  for (const double p : probabilities(grammar)) { entropy -= p * std::log(p); }
  return entropy;
}

int64_t context_length(const Grammar& grammar, uint32_t last) {
  return 1 + last % grammar.order;
}

uint32_t token_of_rank(const Grammar& grammar, const std::vector<uint32_t>& before, int64_t rank) {
  const uint64_t key = key_of(grammar, before);
  // An odd stride visits every token of a power of two once.
  const uint64_t stride = (key >> 32) | 1;
  return static_cast<uint32_t>((key + static_cast<uint64_t>(rank) * stride) %
                               static_cast<uint64_t>(grammar.vocabulary));
}

std::vector<uint32_t> text_of(const Grammar& grammar, uint64_t text, int64_t count) {
  ENIGMA_CHECK(std::has_single_bit(static_cast<uint64_t>(grammar.vocabulary)),
               "the vocabulary is a power of two");
  const std::vector<double> steps = cumulated(probabilities(grammar));
  CounterRandom random(mixed(mixed(grammar.seed) ^ (text + kGolden)));
  std::vector<uint32_t> tokens;
  tokens.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const auto rank = std::upper_bound(steps.begin(), steps.end(), random.uniform());
    tokens.push_back(token_of_rank(grammar, tokens, rank - steps.begin()));
  }
  return tokens;
}

}  // namespace enigma::tokens
