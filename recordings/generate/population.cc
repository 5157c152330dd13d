#include "recordings/generate/population.h"

#include "recordings/generate/film.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace enigma::recordings::generate {
namespace {

constexpr double kSupport = 2.2;  // radius of the filter in sigma
constexpr double kRate[] = {0.6, 1.4};
/// Ranges that neurons are drawn from, uniformly.
struct Ranges {
  double sigma_px[2], frequency_per_px[2];
  double explainable[2];  ///< share of variance
};
constexpr Ranges kUsual{{4.5, 8.0}, {0.015, 0.06}, {0.20, 0.30}};
constexpr Ranges kWide{{14, 26}, {0.002, 0.02}, {0.30, 0.50}};
constexpr uint64_t kPopulationStream = 3, kFeatureStream = 5;
constexpr int64_t kBlock = 4, kBlocksAcross = kFilmWidth / kBlock;
constexpr double kSurround[] = {1.5, 3.5};               // inner and outer radius in sigma
constexpr double kSurroundContrast = 40;                 // at which a weight of 1 halves the drive
constexpr double kSilentRate = 1.0 / 60 / kFilmRate_hz;  // one spike a minute
constexpr double kAreaGrowth = 0.25;                     // of receptive fields, per area further on

// Three temporal kernels by lag in frames: early, late, and early with a rebound.
constexpr std::array<std::array<double, 6>, 3> kKernels = {
    {{0, 0.1, 0.5, 0.3, 0.1, 0}, {0, 0, 0.1, 0.3, 0.4, 0.2}, {0, 0.2, 0.7, 0.3, -0.1, -0.1}}};

double softplus(double x) {
  return x > 30 ? x : std::log1p(std::exp(x));
}

struct Gabor {
  double row, column, sigma, frequency, angle, phase;
};

Gabor draw_gabor(Stream& stream, const Ranges& ranges) {
  Gabor gabor;
  gabor.row = stream.uniform(6, kFilmHeight - 6);
  gabor.column = stream.uniform(8, kFilmWidth - 8);
  gabor.sigma = stream.uniform(ranges.sigma_px[0], ranges.sigma_px[1]);
  gabor.frequency = stream.uniform(ranges.frequency_per_px[0], ranges.frequency_per_px[1]);
  gabor.angle = stream.uniform(0, std::numbers::pi);
  gabor.phase = stream.uniform(0, 2 * std::numbers::pi);
  return gabor;
}

void place(Neuron& neuron, const Gabor& gabor) {
  const double radius = kSupport * gabor.sigma;
  neuron.top = std::max<int64_t>(0, std::llround(gabor.row - radius));
  neuron.left = std::max<int64_t>(0, std::llround(gabor.column - radius));
  neuron.height = std::min<int64_t>(kFilmHeight, std::llround(gabor.row + radius)) - neuron.top;
  neuron.width = std::min<int64_t>(kFilmWidth, std::llround(gabor.column + radius)) - neuron.left;
}

std::vector<float> filter_of(const Neuron& neuron, const Gabor& gabor) {
  std::vector<float> filter;
  for (int64_t r = 0; r < neuron.height; ++r) {
    for (int64_t c = 0; c < neuron.width; ++c) {
      const double y = static_cast<double>(neuron.top + r) - gabor.row;
      const double x = static_cast<double>(neuron.left + c) - gabor.column;
      const double along = x * std::cos(gabor.angle) + y * std::sin(gabor.angle);
      const double envelope = std::exp(-(x * x + y * y) / (2 * gabor.sigma * gabor.sigma));
      filter.push_back(static_cast<float>(
          envelope * std::cos(2 * std::numbers::pi * gabor.frequency * along + gabor.phase)));
    }
  }
  return filter;
}

std::vector<int64_t> blocks_around(const Gabor& gabor) {
  std::vector<int64_t> blocks;
  for (int64_t block = 0; block < kContrastBlocks; ++block) {
    const double y = (static_cast<double>(block / kBlocksAcross) + 0.5) * kBlock - gabor.row;
    const double x = (static_cast<double>(block % kBlocksAcross) + 0.5) * kBlock - gabor.column;
    const double distance = std::hypot(x, y) / gabor.sigma;
    if (distance >= kSurround[0] && distance < kSurround[1]) { blocks.push_back(block); }
  }
  return blocks;
}

// Features draw from streams of their own, so that one does not change what another draws.
void add_features(Neuron& neuron, Gabor& gabor, const Features& features, Stream stream) {
  const double kind = stream.uniform(), fate = stream.uniform();
  neuron.plane_delay_s = stream.uniform(0, 0.125);
  neuron.surround_weight = features.surround ? stream.uniform(0.5, 2.0) : 0;
  neuron.drift_slope = features.drift ? stream.uniform(0.1, 0.25) : 0;
  if (!features.areas.empty()) {
    neuron.area = stream.below(static_cast<int64_t>(features.areas.size()));
    gabor.sigma *= 1 + kAreaGrowth * static_cast<double>(neuron.area);
    if (neuron.area > 0) { neuron.kernel = 1; }
  }
  for (int64_t i = 0; i < features.latents; ++i) {
    neuron.latent_slopes.push_back(stream.normal() * 0.2 /
                                   std::sqrt(static_cast<double>(features.latents)));
  }
  place(neuron, gabor);
  neuron.filter = filter_of(neuron, gabor);
  if (features.surround) { neuron.surround = blocks_around(gabor); }
  if (kind < features.complex) {
    gabor.phase += std::numbers::pi / 2;
    neuron.quadrature = filter_of(neuron, gabor);
  }
  if (fate < features.dead) {
    neuron.rate = 0;
  } else if (fate < features.dead + features.silent) {
    neuron.rate = kSilentRate;
  }
}

// Eight sums side by side in a fixed order: fast, and the same bytes from every compiler.
float dot(const float* filter, const uint8_t* pixels, int64_t count) {
  std::array<float, 8> sums{};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (size_t j = 0; j < 8; ++j) {
      sums[j] += filter[i + int64_t(j)] *
                 (static_cast<float>(pixels[i + int64_t(j)]) - static_cast<float>(kFilmGrey));
    }
  }
  for (size_t j = 0; i < count; ++i, ++j) {
    sums[j] += filter[i] * (static_cast<float>(pixels[i]) - static_cast<float>(kFilmGrey));
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

std::vector<double> filtered(const Neuron& neuron, const std::vector<float>& filter,
                             std::span<const uint8_t> film) {
  const size_t frames = film.size() / size_t(kFilmArea);
  std::vector<double> output(frames);
  for (size_t t = 0; t < frames; ++t) {
    double sum = 0;
    for (int64_t r = 0; r < neuron.height; ++r) {
      sum += static_cast<double>(
          dot(filter.data() + r * neuron.width,
              film.data() + t * size_t(kFilmArea) + (neuron.top + r) * kFilmWidth + neuron.left,
              neuron.width));
    }
    output[t] = sum;
  }
  return output;
}

void delay(std::vector<double>& drive, const std::array<double, 6>& kernel) {
  for (size_t t = drive.size(); t-- > 0;) {
    double sum = 0;
    for (size_t lag = 0; lag < kernel.size(); ++lag) {
      if (lag <= t) { sum += kernel[lag] * drive[t - lag]; }
    }
    drive[t] = sum;
  }
}

void standardise(std::vector<double>& values) {
  double sum = 0, square = 0;
  for (double v : values) { sum += v; }
  const double mean = sum / static_cast<double>(values.size());
  for (double v : values) { square += (v - mean) * (v - mean); }
  const double deviation = std::sqrt(square / static_cast<double>(values.size()));
  for (double& v : values) { v = deviation > 0 ? (v - mean) / deviation : 0; }
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

std::vector<Neuron> make_population(uint64_t seed, uint64_t session, int64_t neurons,
                                    const Features& features) {
  const Ranges& ranges = features.wide ? kWide : kUsual;
  std::vector<Neuron> population(static_cast<size_t>(neurons));
  for (size_t n = 0; n < population.size(); ++n) {
    Stream stream(seed, {session, kPopulationStream, n});
    Neuron& neuron = population[n];
    Gabor gabor = draw_gabor(stream, ranges);
    neuron.kernel = stream.below(static_cast<int64_t>(kKernels.size()));
    neuron.rate = stream.uniform(kRate[0], kRate[1]);
    neuron.explainable_target = stream.uniform(ranges.explainable[0], ranges.explainable[1]);
    neuron.running_slope = stream.uniform(0.0, 0.3);
    neuron.pupil_slope = stream.uniform(-0.05, 0.15);
    add_features(neuron, gabor, features, Stream(seed, {session, kFeatureStream, n}));
  }
  return population;
}

std::vector<float> contrast_map(std::span<const uint8_t> film) {
  const size_t frames = film.size() / size_t(kFilmArea);
  std::vector<float> map;
  for (size_t t = 0; t < frames; ++t) {
    for (int64_t block = 0; block < kContrastBlocks; ++block) {
      const uint8_t* corner = film.data() + t * size_t(kFilmArea) +
                              block / kBlocksAcross * kBlock * kFilmWidth +
                              block % kBlocksAcross * kBlock;
      double square = 0;
      for (int64_t r = 0; r < kBlock; ++r) {
        for (int64_t c = 0; c < kBlock; ++c) {
          const double level = corner[r * kFilmWidth + c] - kFilmGrey;
          square += level * level;
        }
      }
      map.push_back(static_cast<float>(std::sqrt(square / (kBlock * kBlock))));
    }
  }
  return map;
}

std::vector<double> drive(const Neuron& neuron, std::span<const uint8_t> film,
                          std::span<const float> contrast) {
  std::vector<double> output = filtered(neuron, neuron.filter, film);
  if (!neuron.quadrature.empty()) {
    const std::vector<double> other = filtered(neuron, neuron.quadrature, film);
    for (size_t t = 0; t < output.size(); ++t) { output[t] = std::hypot(output[t], other[t]); }
  }
  if (neuron.surround.empty()) { return output; }
  for (size_t t = 0; t < output.size(); ++t) {
    double around = 0;
    for (int64_t block : neuron.surround) {
      around += contrast[t * size_t(kContrastBlocks) + static_cast<size_t>(block)];
    }
    around /= static_cast<double>(neuron.surround.size());
    output[t] /= 1 + neuron.surround_weight * around / kSurroundContrast;
  }
  return output;
}

std::vector<double> video_rate(const Neuron& neuron, std::span<const uint8_t> film,
                               std::span<const float> contrast) {
  if (neuron.rate == 0) { return std::vector<double>(film.size() / size_t(kFilmArea)); }
  std::vector<double> rates = drive(neuron, film, contrast);
  delay(rates, kKernels[static_cast<size_t>(neuron.kernel)]);
  standardise(rates);
  const double share = neuron.explainable_target;
  const double slope = slope_for(rates, share / ((1 - share) * neuron.rate));
  double sum = 0;
  for (double& z : rates) {
    z = softplus(slope * z);
    sum += z;
  }
  const double scale = neuron.rate * static_cast<double>(rates.size()) / sum;
  for (double& rate : rates) { rate *= scale; }
  return rates;
}

}  // namespace enigma::recordings::generate
