#include "tokens/grammar.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

using namespace enigma::tokens;

TEST_CASE("grammar: every rank of a context is another token") {
  const Grammar grammar;
  for (uint32_t last = 0; last < 32; ++last) {
    std::set<uint32_t> seen;
    for (int64_t rank = 0; rank < 32; ++rank) {
      seen.insert(token_of_rank(grammar, {5, 9, 3, last}, rank));
    }
    CHECK(seen.size() == 32);
  }
}

TEST_CASE("grammar: as many tokens decide as the last one says, and no more") {
  const Grammar grammar;
  for (uint32_t last = 0; last < 6; ++last) {
    const auto top = [&](uint32_t third, uint32_t second) {
      return token_of_rank(grammar, {third, second, last}, 0);
    };
    std::set<uint32_t> by_third, by_second;
    for (uint32_t other = 0; other < 20; ++other) {
      by_third.insert(top(other, 7));
      by_second.insert(top(7, other));
    }
    CHECK((by_third.size() > 1) == (context_length(grammar, last) >= 3));
    CHECK((by_second.size() > 1) == (context_length(grammar, last) >= 2));
  }
}

TEST_CASE("grammar: text that is scored by the true probabilities loses its entropy") {
  const Grammar grammar{.vocabulary = 16, .exponent = 1.2, .seed = 4};
  const auto text = text_of(grammar, 1, 20000);
  double sum = 0;
  for (int64_t r = 1; r <= 16; ++r) { sum += std::pow(r, -1.2); }
  double loss = 0;
  std::vector<uint32_t> before;
  for (const uint32_t token : text) {
    int64_t rank = 0;
    while (token_of_rank(grammar, before, rank) != token) { ++rank; }
    loss += 1.2 * std::log(static_cast<double>(rank + 1)) + std::log(sum);
    before.push_back(token);
  }
  CHECK(loss / 20000 == doctest::Approx(entropy_nats(grammar)).epsilon(0.01));
}

TEST_CASE("grammar: the same seed and text give the same tokens, others others") {
  const Grammar grammar;
  CHECK(text_of(grammar, 1, 50) == text_of(grammar, 1, 50));
  CHECK(text_of(grammar, 1, 50) != text_of(grammar, 2, 50));
  CHECK(text_of(grammar, 1, 50) != text_of({.seed = 2}, 1, 50));
}
