// Text of a stochastic grammar whose entropy is known to the digit: what a fitted law's asymptote
// can be held against.
//
// The next token has rank r with probability proportional to (r + 1)^-exponent, in an order of the
// tokens that the last ones fix: one, two, … `order` of them, by what the last token is. Orders are
// drawn from the grammar's seed, so that nothing shorter than learning them predicts better; and
// because every context has the same distribution of ranks, that distribution's entropy is the
// entropy of the text.
#pragma once

#include <cstdint>
#include <vector>

namespace enigma::tokens {

struct Grammar {
  int64_t vocabulary = 32;  ///< a power of two
  int64_t order = 3;        ///< most tokens that the next one depends on
  double exponent = 1.5;
  uint64_t seed = 1;  ///< which grammar of these
};

/// Of a token given all before it.
double entropy_nats(const Grammar& grammar);

/// How many tokens before it the one after `last` depends on: 1 + last mod order.
int64_t context_length(const Grammar& grammar, uint32_t last);

/// The token of rank `rank` after `before`, whose last context_length() ones decide.
uint32_t token_of_rank(const Grammar& grammar, const std::vector<uint32_t>& before, int64_t rank);

/// `count` tokens; `text`: which text of the grammar.
std::vector<uint32_t> text_of(const Grammar& grammar, uint64_t text, int64_t count);

}  // namespace enigma::tokens
