// Each feature of the generator, measured in the data that it makes.
#include "recordings/generate/features.h"

#include "files/atomic_file.h"
#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/generate/calcium.h"
#include "recordings/generate/film.h"
#include "recordings/generate/fluctuation.h"
#include "recordings/generate/generate.h"
#include "recordings/generate/measured_variance.h"
#include "recordings/generate/population.h"
#include "recordings/generate/spiking.h"
#include "recordings/manifest.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>
#include <set>

namespace enigma::recordings::generate {
namespace {

/// One session made with `features`, and its files.
struct Made {
  TemporaryFolder folder;
  GeneratedSession session;
  std::unique_ptr<Session::Impl> parts;

  explicit Made(const Features& features, int64_t neurons = 12, double minutes = 2) {
    GenerateOptions options{.out = folder.path(),
                            .sessions = 1,
                            .animals = 1,
                            .neurons = neurons,
                            .minutes = minutes,
                            .seed = 11,
                            .features = features};
    session = generate(options).front();
    std::vector<Diagnostic> diagnostics;
    parts = open_parts(session.path, diagnostics);
    REQUIRE(diagnostics.empty());
  }
  const Sequence& responses() const { return *parts->sequence("responses"); }
  double response(int64_t row, int64_t neuron) const {
    return number_at(responses().row(row), responses().type, static_cast<size_t>(neuron));
  }
  double mean(int64_t neuron) const {
    double sum = 0;
    for (int64_t row = 0; row < responses().rows; ++row) { sum += response(row, neuron); }
    return sum / static_cast<double>(responses().rows);
  }
  std::vector<double> numbers(const char* key) const {
    return session.ceiling.at(key).get<std::vector<double>>();
  }
};

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Features everything() {
  Features features;
  features.surround = features.refractory = features.calcium = features.drift = true;
  features.complex = 0.4;
  features.latents = 2;
  features.areas = {"V1", "LM"};
  features.dead = 0.1;
  features.silent = 0.1;
  features.missing = 0.5;
  features.unequal = true;
  return features;
}

// Repeats tell of the video alone: what else moves a rate differs between showings.
void check_ceiling(const Features& features) {
  const Made made(features, 6, 32);  // twelve test clips, so that they are like the rest
  const auto explainable = made.numbers("explainable_variance");
  const auto share = made.numbers("video_share");
  std::vector<double> stated, measured;
  for (size_t n = 0; n < explainable.size(); ++n) {
    stated.push_back(explainable[n] * share[n]);
    measured.push_back(explainable_variance(*made.parts, n));
  }
  MESSAGE("from the video: stated " << mean_of(stated) << ", measured " << mean_of(measured));
  CHECK(std::abs(mean_of(stated) - mean_of(measured)) < 0.03);
}

// A grating that drifts under a steady envelope: 120 frames, one period in 40.
std::vector<uint8_t> grating(double contrast_around) {
  std::vector<uint8_t> film;
  for (int64_t t = 0; t < 120; ++t) {
    for (int64_t r = 0; r < kFilmHeight; ++r) {
      for (int64_t c = 0; c < kFilmWidth; ++c) {
        const double phase = 2 * std::numbers::pi * (double(c) / 24 - double(t) / 40);
        const bool inside = std::hypot(double(r) - 18, double(c) - 32) < 10;
        const double contrast = inside ? 60 : contrast_around;
        film.push_back(static_cast<uint8_t>(kFilmGrey + contrast * std::cos(phase)));
      }
    }
  }
  return film;
}

double spread(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *high - *low;
}

}  // namespace

TEST_CASE("features: with all of them a session is a function of its settings alone") {
  const TemporaryFolder one, two;
  GenerateOptions options{.out = one.path(),
                          .sessions = 2,
                          .animals = 2,
                          .neurons = 6,
                          .minutes = 1,
                          .seed = 3,
                          .features = everything()};
  generate(options);
  options.out = two.path();
  options.sessions = 4;
  generate(options);
  const Manifest first = inspect(one.path(), {}), second = inspect(two.path(), {});
  std::set<std::string> digests;
  for (const SessionInfo& info : second.sessions) {
    CHECK(info.problems.empty());
    digests.insert(info.digest);
  }
  CHECK(digests.size() == 4);
  for (const SessionInfo& info : first.sessions) { CHECK(digests.contains(info.digest)); }
  GenerateOptions other = options;
  other.features.drift = false;
  CHECK_THROWS_AS(generate(other), InputError);
}

TEST_CASE("features: no spike of a refractory neuron follows another within the dead time") {
  Features features;
  features.refractory = true;
  const Made made(features);
  const auto times = open_npy(made.session.path / "spikes" / "spikes.npy").value;
  const auto meta = read_yaml(made.session.path / "spikes" / "meta.yml").value;
  REQUIRE(times);
  const auto offsets = meta->at("spike_indices").get<std::vector<size_t>>();
  REQUIRE(offsets.size() == 13);
  CHECK(offsets.back() == static_cast<size_t>(times->elements));
  double shortest_s = 1;
  for (size_t n = 0; n < 12; ++n) {
    double sum = 0;
    for (size_t i = offsets[n]; i + 1 < offsets[n + 1]; ++i) {
      shortest_s = std::min(shortest_s, number_at(times->data, times->type, i + 1) -
                                            number_at(times->data, times->type, i));
    }
    for (int64_t row = 0; row < made.responses().rows; ++row) {
      sum += made.response(row, int64_t(n));
    }
    CHECK(sum == double(offsets[n + 1] - offsets[n]));
  }
  CHECK(shortest_s > kDeadTime_s - 1e-9);
  CHECK(shortest_s < kDeadTime_s + 0.0005);
}

TEST_CASE("spiking: counts have the mean and variance that are said of them") {
  constexpr size_t kSamples = 200000;
  for (double dead : {0.0, 0.06, 0.2}) {
    const std::vector<double> rates(kSamples, 1.3);
    const auto times = draw_spikes(Stream(5, {}), rates, dead);
    const auto counts = count_spikes(times, 0, 1, kSamples);
    double sum = 0, square = 0;
    for (int64_t count : counts) {
      sum += double(count);
      square += double(count * count);
    }
    const double mean = sum / kSamples;
    CHECK(mean == doctest::Approx(1.3).epsilon(0.01));
    CHECK(square / kSamples - mean * mean ==
          doctest::Approx(count_variance(1.3, dead)).epsilon(0.02));
  }
  // Rates that change within the dead time: the mean still follows.
  std::vector<double> rates;
  for (size_t t = 0; t < kSamples; ++t) { rates.push_back(t % 2 == 0 ? 0.2 : 2.0); }
  const auto counts = count_spikes(draw_spikes(Stream(6, {}), rates, 0.06), 0, 1, kSamples);
  double odd = 0;
  for (size_t t = 1; t < kSamples; t += 2) { odd += double(counts[t]); }
  CHECK(odd / (kSamples / 2) == doctest::Approx(2).epsilon(0.02));
}

TEST_CASE("calcium: responses run straight between the ends of 8 Hz frames") {
  Features features;
  features.calcium = true;
  const Made made(features);
  for (int64_t neuron : {0, 5, 11}) {
    int64_t straight = 0, samples = 0;
    for (int64_t row = 100; row + 2 < made.responses().rows; ++row, ++samples) {
      const double a = made.response(row, neuron), b = made.response(row + 1, neuron),
                   c = made.response(row + 2, neuron);
      straight += std::abs(a - 2 * b + c) < 0.004 * (1 + a + c);  // as binary16 keeps it
    }
    // 3.75 samples a frame: 1.75 of them lie beside no bend.
    CHECK(double(straight) / double(samples) > 0.44);
    CHECK(double(straight) / double(samples) < 0.7);
  }
}

TEST_CASE("calcium: events are spikes times a factor, and no spike is lost on the way") {
  const Scan scan(3000, 30, 0.07);
  std::vector<double> rates;
  for (int t = 0; t < 3000; ++t) { rates.push_back(1 + std::sin(t / 40.0)); }
  const auto frames = scan.frames_of(rates);
  CHECK(frames.size() == 800);
  // A frame is the integral over 3.75 samples, from 0.07 s on.
  CHECK(frames[0] == doctest::Approx(0.9 * rates[2] + rates[3] + rates[4] + 0.85 * rates[5]));
  const auto samples = scan.at_samples(frames);
  CHECK(mean_of(samples) == doctest::Approx(mean_of(rates)).epsilon(0.01));
  const std::vector<int64_t> spikes(20000, 3);
  const auto events = draw_events(Stream(4, {}), spikes);
  double square = 0;
  for (double event : events) { square += event * event / 20000; }
  CHECK(mean_of(events) == doctest::Approx(3).epsilon(0.01));
  CHECK(square - 9 == doctest::Approx(event_variance(3, 0)).epsilon(0.05));
}

TEST_CASE("features: the noise ceiling that is written is the one that repeats show") {
  Features features;
  SUBCASE("spikes with a dead time, surrounds and complex cells") {
    features.refractory = features.surround = true;
    features.complex = 0.5;
  }
  SUBCASE("shared fluctuations and drift") {
    features.latents = 3;
    features.drift = true;
  }
  SUBCASE("imaging") {
    features.calcium = features.refractory = true;
  }
  check_ceiling(features);
}

TEST_CASE("features: shared fluctuations make neurons vary together, drift makes them wander") {
  const auto signal = slow_signal(Stream(2, {}), 90000, 30, kLatentTime_s);
  double square = 0, lagged = 0;
  for (size_t i = 0; i + 90 < signal.size(); ++i) {
    square += signal[i] * signal[i];
    lagged += signal[i] * signal[i + 90];
  }
  CHECK(square / 90000 == doctest::Approx(1).epsilon(0.15));
  CHECK(lagged / square == doctest::Approx(std::exp(-1)).epsilon(0.2));

  Features features;
  features.latents = 1;
  const Made shared(features, 12, 4), plain({}, 12, 4);
  const std::vector<Neuron> neurons = make_population(11, 0, 12, features);
  // Responses summed with the fluctuation's weights, in bins of a second: they add up.
  const auto together = [&](const Made& made) {
    std::vector<double> bins;
    for (int64_t row = 0; row + 30 <= made.responses().rows; row += 30) {
      double sum = 0;
      for (int64_t k = 0; k < 30; ++k) {
        for (int64_t n = 0; n < 12; ++n) {
          sum += neurons[size_t(n)].latent_slopes[0] * made.response(row + k, n) / 30;
        }
      }
      bins.push_back(sum);
    }
    double variance = 0;
    for (double bin : bins) { variance += (bin - mean_of(bins)) * (bin - mean_of(bins)); }
    return variance / double(bins.size());
  };
  MESSAGE("variance along the fluctuation: " << together(shared) << ", without it "
                                             << together(plain));
  CHECK(together(shared) > 1.3 * together(plain));
}

TEST_CASE("features: dead neurons never spike, silent ones seldom, and both are written down") {
  Features features;
  features.dead = 0.3;
  features.silent = 0.3;
  const Made made(features, 60, 4);
  const auto explainable = made.numbers("explainable_variance");
  int dead = 0, silent = 0;
  for (int64_t n = 0; n < 60; ++n) {
    const double mean = made.mean(n);
    if (mean == 0 && explainable[size_t(n)] == 0) {
      ++dead;
    } else if (mean < 0.01) {
      ++silent;
    } else {
      CHECK(mean > 0.3);
    }
  }
  CHECK(dead > 8);
  CHECK(dead < 30);
  CHECK(silent > 8);
  CHECK(silent < 30);
  CHECK(std::isfinite(made.session.ceiling.at("rate_loss").get<double>()));
}

TEST_CASE("features: some sessions lack a modality, and lengths differ") {
  const TemporaryFolder folder;
  Features features;
  features.missing = 0.5;
  features.unequal = true;
  generate({.out = folder.path(),
            .sessions = 12,
            .animals = 3,
            .neurons = 2,
            .minutes = 1.5,
            .seed = 5,
            .features = features});
  const Manifest manifest = inspect(folder.path(), {});
  std::set<double> lengths_s;
  int eyes = 0, treadmills = 0;
  for (const SessionInfo& info : manifest.sessions) {
    CHECK(info.problems.empty());
    lengths_s.insert(info.seconds);
    CHECK(info.seconds > 0.4 * 90);
    CHECK(info.seconds < 1.6 * 90);
    for (const Modality& m : info.modalities) {
      eyes += m.name == "eye_tracker";
      treadmills += m.name == "treadmill";
    }
  }
  CHECK(lengths_s.size() > 4);
  CHECK(eyes < 12);
  CHECK(treadmills < 12);
  CHECK(eyes + treadmills > 12);
}

TEST_CASE("features: areas are named, and further ones see larger parts of the picture") {
  Features features;
  features.areas = {"V1", "LM", "AL"};
  const Made made(features, 30, 0.7);
  const auto neurons = read_json(made.session.path / "neurons.json").value.value();
  const auto names = neurons.at("area").get<std::vector<std::string>>();
  CHECK(names.size() == 30);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 3);
  CHECK(neurons.at("noise_ceiling_correlation").size() == 30);
  const auto meta = read_json(made.session.path / "meta.json").value.value();
  CHECK(meta.at("areas").get<std::vector<std::string>>() == features.areas);
  double size[3] = {}, count[3] = {};
  for (const Neuron& neuron : make_population(1, 0, 300, features)) {
    size[neuron.area] += double(neuron.height * neuron.width);
    ++count[neuron.area];
  }
  CHECK(size[0] / count[0] < size[1] / count[1]);
  CHECK(size[1] / count[1] < size[2] / count[2]);
}

TEST_CASE("population: a complex cell answers to a grating whatever its phase") {
  Features features;
  features.complex = 1;
  const auto film = grating(60);
  int steadier = 0;
  for (const Neuron& complex : make_population(3, 0, 40, features)) {
    Neuron simple = complex;
    simple.quadrature.clear();
    REQUIRE(!complex.quadrature.empty());
    steadier += spread(drive(complex, film, {})) < 0.7 * spread(drive(simple, film, {}));
  }
  CHECK(steadier > 30);
}

TEST_CASE("population: contrast around a receptive field weakens its drive") {
  Features features;
  features.surround = true;
  const auto quiet = grating(0), loud = grating(100);
  Neuron neuron = make_population(3, 0, 1, features)[0];
  // A field in the middle of the picture, and all blocks far from it.
  neuron.surround.clear();
  for (int64_t block = 0; block < kContrastBlocks; ++block) {
    if (std::hypot(double(block / 16) * 4 + 2 - 18, double(block % 16) * 4 + 2 - 32) > 14) {
      neuron.surround.push_back(block);
    }
  }
  neuron.top = 12;
  neuron.left = 26;
  neuron.height = neuron.width = 12;
  neuron.filter.assign(144, 0.01f);
  const auto alone = drive(neuron, quiet, contrast_map(quiet));
  const auto weakened = drive(neuron, loud, contrast_map(loud));
  CHECK(spread(alone) > 0);
  CHECK(spread(weakened) < 0.7 * spread(alone));
}

TEST_CASE("features: numbers out of range are refused, each by the name of its option") {
  Features features;
  features.complex = 1.5;
  features.dead = 0.7;
  features.silent = 0.6;
  features.latents = -1;
  features.missing = std::nan("");
  features.areas = {"V1", "V1", "a/b"};
  const auto diagnostics = range_errors(features);
  std::vector<std::string> options;
  for (const Diagnostic& d : diagnostics) { options.push_back(d.pointer); }
  CHECK(options == std::vector<std::string>{"--complex", "--missing", "--silent", "--latents",
                                            "--areas", "--areas"});
  CHECK(range_errors(Features{}).empty());
  CHECK(to_json(Features{}).empty());
}

}  // namespace enigma::recordings::generate
