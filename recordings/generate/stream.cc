#include "recordings/generate/stream.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace enigma::recordings::generate {
namespace {

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;
constexpr double kPoissonPiece = 16;  // a Poisson number is a sum of Poisson numbers

uint64_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

Stream::Stream(uint64_t seed, std::initializer_list<uint64_t> path) : key_(mixed(seed + kGolden)) {
  for (uint64_t name : path) { key_ = mixed((key_ + kGolden) ^ mixed(name + kGolden)); }
}

uint64_t Stream::next() {
  return mixed(key_ + kGolden * ++counter_);
}

double Stream::uniform() {
  return static_cast<double>(next() >> 11) * 0x1p-53;
}

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
