#include "recordings/generate/stream.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace enigma::recordings::generate {
namespace {

constexpr double kPoissonPiece = 16;  // a Poisson number is a sum of Poisson numbers

uint64_t key_of(uint64_t seed, std::initializer_list<uint64_t> path) {
  uint64_t key = mixed(seed + kGolden);
  for (uint64_t name : path) { key = mixed((key + kGolden) ^ mixed(name + kGolden)); }
  return key;
}

}  // namespace

Stream::Stream(uint64_t seed, std::initializer_list<uint64_t> path)
    : CounterRandom(key_of(seed, path)) {}

double Stream::uniform(double from, double to) {
  return from + (to - from) * uniform();
}

double Stream::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

int64_t Stream::poisson(double mean) {
  int64_t count = 0;
  for (double left = mean; left > 0; left -= kPoissonPiece) {
    const double limit = std::exp(-std::min(left, kPoissonPiece));
    for (double product = uniform(); product > limit; product *= uniform()) { ++count; }
  }
  return count;
}

int64_t Stream::below(int64_t bound) {
  return std::min(bound - 1, static_cast<int64_t>(uniform() * static_cast<double>(bound)));
}

}  // namespace enigma::recordings::generate
