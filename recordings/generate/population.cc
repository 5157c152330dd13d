#include "recordings/generate/population.h"

#include "recordings/generate/film.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace enigma::recordings {
namespace {

constexpr double kSigma_px[] = {4.5, 8.0};
constexpr double kFrequency_per_px[] = {0.015, 0.06};
constexpr double kSupport = 2.2;  // radius of the filter in sigma
constexpr double kRate[] = {0.6, 1.4};
constexpr double kExplainable[] = {0.20, 0.30};
constexpr uint64_t kPopulationStream = 3;

// Three temporal kernels by lag in frames: early, late, and early with a rebound.
constexpr std::array<std::array<double, 6>, 3> kKernels = {
    {{0, 0.1, 0.5, 0.3, 0.1, 0}, {0, 0, 0.1, 0.3, 0.4, 0.2}, {0, 0.2, 0.7, 0.3, -0.1, -0.1}}};

double softplus(double x) {
  return x > 30 ? x : std::log1p(std::exp(x));
}

void place_filter(Neuron& neuron, Stream& stream) {
  const double row = stream.uniform(6, kFilmHeight - 6), column = stream.uniform(8, kFilmWidth - 8);
  const double sigma = stream.uniform(kSigma_px[0], kSigma_px[1]);
  const double radius = kSupport * sigma;
  const double frequency = stream.uniform(kFrequency_per_px[0], kFrequency_per_px[1]);
  const double angle = stream.uniform(0, std::numbers::pi);
  const double phase = stream.uniform(0, 2 * std::numbers::pi);
  neuron.top = std::max<int64_t>(0, std::llround(row - radius));
  neuron.left = std::max<int64_t>(0, std::llround(column - radius));
  neuron.height = std::min<int64_t>(kFilmHeight, std::llround(row + radius)) - neuron.top;
  neuron.width = std::min<int64_t>(kFilmWidth, std::llround(column + radius)) - neuron.left;
  for (int64_t r = 0; r < neuron.height; ++r)
    for (int64_t c = 0; c < neuron.width; ++c) {
      const double y = static_cast<double>(neuron.top + r) - row;
      const double x = static_cast<double>(neuron.left + c) - column;
      const double along = x * std::cos(angle) + y * std::sin(angle);
      const double envelope = std::exp(-(x * x + y * y) / (2 * sigma * sigma));
      neuron.filter.push_back(static_cast<float>(
          envelope * std::cos(2 * std::numbers::pi * frequency * along + phase)));
    }
}

// Eight sums side by side in a fixed order: fast, and the same bytes from every compiler.
float dot(const float* filter, const uint8_t* pixels, int64_t count) {
  std::array<float, 8> sums{};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (size_t j = 0; j < 8; ++j)
      sums[j] += filter[i + int64_t(j)] *
                 (static_cast<float>(pixels[i + int64_t(j)]) - static_cast<float>(kFilmGrey));
  for (size_t j = 0; i < count; ++i, ++j)
    sums[j] += filter[i] * (static_cast<float>(pixels[i]) - static_cast<float>(kFilmGrey));
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

std::vector<double> filtered(const Neuron& neuron, std::span<const uint8_t> film) {
  const size_t frames = film.size() / size_t(kFilmArea);
  std::vector<double> output(frames);
  for (size_t t = 0; t < frames; ++t) {
    double sum = 0;
    for (int64_t r = 0; r < neuron.height; ++r)
      sum += static_cast<double>(
          dot(neuron.filter.data() + r * neuron.width,
              film.data() + t * size_t(kFilmArea) + (neuron.top + r) * kFilmWidth + neuron.left,
              neuron.width));
    output[t] = sum;
  }
  return output;
}

void delay(std::vector<double>& drive, const std::array<double, 6>& kernel) {
  for (size_t t = drive.size(); t-- > 0;) {
    double sum = 0;
    for (size_t lag = 0; lag < kernel.size(); ++lag)
      if (lag <= t) sum += kernel[lag] * drive[t - lag];
    drive[t] = sum;
  }
}

void standardise(std::vector<double>& values) {
  double sum = 0, square = 0;
  for (double v : values) sum += v;
  const double mean = sum / static_cast<double>(values.size());
  for (double v : values) square += (v - mean) * (v - mean);
  const double deviation = std::sqrt(square / static_cast<double>(values.size()));
  for (double& v : values) v = deviation > 0 ? (v - mean) / deviation : 0;
}

// Squared coefficient of variation of softplus(slope · z) over every third frame.
double relative_variance(const std::vector<double>& z, double slope) {
  double sum = 0, square = 0, count = 0;
  for (size_t t = 0; t < z.size(); t += 3, ++count) {
    const double f = softplus(slope * z[t]);
    sum += f;
    square += f * f;
  }
  return square * count / (sum * sum) - 1;
}

double slope_for(const std::vector<double>& z, double wanted) {
  double low = 0, high = 12;
  for (int step = 0; step < 20; ++step) {
    const double middle = (low + high) / 2;
    (relative_variance(z, middle) < wanted ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

std::vector<Neuron> make_population(uint64_t seed, uint64_t session, int64_t neurons) {
  std::vector<Neuron> population(static_cast<size_t>(neurons));
  for (size_t n = 0; n < population.size(); ++n) {
    Stream stream(seed, {session, kPopulationStream, n});
    Neuron& neuron = population[n];
    place_filter(neuron, stream);
    neuron.kernel = stream.below(static_cast<int64_t>(kKernels.size()));
    neuron.rate = stream.uniform(kRate[0], kRate[1]);
    neuron.explainable_target = stream.uniform(kExplainable[0], kExplainable[1]);
    neuron.running_slope = stream.uniform(0.0, 0.3);
    neuron.pupil_slope = stream.uniform(-0.05, 0.15);
  }
  return population;
}

std::vector<double> video_rate(const Neuron& neuron, std::span<const uint8_t> film) {
  std::vector<double> drive = filtered(neuron, film);
  delay(drive, kKernels[static_cast<size_t>(neuron.kernel)]);
  standardise(drive);
  const double share = neuron.explainable_target;
  const double slope = slope_for(drive, share / ((1 - share) * neuron.rate));
  double sum = 0;
  for (double& z : drive) {
    z = softplus(slope * z);
    sum += z;
  }
  const double scale = neuron.rate * static_cast<double>(drive.size()) / sum;
  for (double& rate : drive) rate *= scale;
  return drive;
}

}  // namespace enigma::recordings
