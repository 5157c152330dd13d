#include "recordings/generate/generate.h"

#include "files/atomic_file.h"
#include "recordings/generate/film.h"
#include "recordings/generate/measured_variance.h"
#include "recordings/generate/schedule.h"
#include "recordings/manifest.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace enigma::recordings::generate {
namespace {

GenerateOptions small(const std::filesystem::path& out) {
  GenerateOptions options;
  options.out = out;
  options.sessions = 2;
  options.animals = 2;
  options.neurons = 5;
  options.minutes = 0.7;
  options.seed = 7;
  return options;
}

std::vector<std::string> digests(const std::filesystem::path& data) {
  std::vector<std::string> list;
  for (const SessionInfo& info : inspect(data, {}).sessions) { list.push_back(info.digest); }
  return list;
}

}  // namespace

TEST_CASE(
    "generate: a session's bytes are a function of seed and settings, and repeat is a no-op") {
  const TemporaryFolder one, two;
  const auto made = generate(small(one.path()));
  REQUIRE(made.size() == 2);
  CHECK(made[0].made);
  GenerateOptions more = small(two.path());
  more.sessions = 3;
  CHECK(generate(more).size() == 3);
  const auto first = digests(one.path()), second = digests(two.path());
  CHECK(first.size() == 2);
  CHECK(second.size() == 3);
  for (const std::string& digest : first) {
    CHECK(std::find(second.begin(), second.end(), digest) != second.end());
  }
  CHECK(first[0] != first[1]);
  const auto again = generate(small(one.path()));
  CHECK(!again[0].made);
  CHECK(again[0].ceiling == made[0].ceiling);
  CHECK(digests(one.path()) == first);
}

TEST_CASE("generate: other settings under the same names are refused and change nothing") {
  const TemporaryFolder folder;
  generate(small(folder.path()));
  const auto before = digests(folder.path());
  GenerateOptions other = small(folder.path());
  other.seed = 8;
  other.sessions = 3;
  CHECK_THROWS_AS(generate(other), InputError);
  CHECK(digests(folder.path()) == before);
  other.neurons = 0;
  other.minutes = -1;
  try {
    generate(other);
    FAIL("numbers out of range were taken");
  } catch (const InputError& error) { CHECK(error.diagnostics().size() == 2); }
}

TEST_CASE("generate: what a killed run left behind is no session and is made anew") {
  const TemporaryFolder folder;
  const auto partial = folder.path() / ".mouse01-session001.partial" / "responses";
  std::filesystem::create_directories(partial);
  write_atomically(partial / "meta.yml", "modality: sequence\n");
  CHECK(session_folders(folder.path()).empty());
  CHECK(generate(small(folder.path()))[0].made);
  CHECK(session_folders(folder.path()).size() == 2);
  CHECK(!std::filesystem::exists(partial.parent_path()));
}

TEST_CASE("generate: sessions are clean, with every tier and what a window needs") {
  const TemporaryFolder folder;
  generate(small(folder.path()));
  Manifest manifest = inspect(folder.path(), {});
  SessionInfo& info = manifest.sessions[0];
  CHECK(info.problems.empty());
  CHECK(info.animal == "mouse01");
  CHECK(info.neurons == 5);
  for (const char* tier : {"train", "validation", "test"}) { CHECK(info.tiers[tier].windows >= 5); }
  CHECK(natural_rule(manifest).align == Align::free);
  CHECK(natural_rule(manifest).rate_hz == doctest::Approx(30));
  const Session session = std::move(*Session::open(info.path).value);
  CHECK(session.has("eye_tracker"));
  CHECK(session.has("treadmill"));
  CHECK(session.video_size().height == 36);
}

TEST_CASE("generate: explainable variance measured from repeats lies where it is said to lie") {
  const TemporaryFolder folder;
  GenerateOptions options = small(folder.path());
  options.sessions = options.animals = 1;
  options.neurons = 40;
  options.minutes = 6;
  const auto made = generate(options);
  std::vector<Diagnostic> diagnostics;
  const auto session = open_parts(made[0].path, diagnostics);
  REQUIRE(diagnostics.empty());
  std::vector<double> measured;
  for (size_t n = 0; n < 40; ++n) { measured.push_back(explainable_variance(*session, n)); }
  std::sort(measured.begin(), measured.end());
  const auto stated = made[0].ceiling.at("explainable_variance").get<std::vector<double>>();
  CHECK(*std::min_element(stated.begin(), stated.end()) > 0.1);
  CHECK(*std::max_element(stated.begin(), stated.end()) < 0.4);
  CHECK(measured[2] > 0.1);  // 600 frames of 4 showings: the estimate itself scatters by 0.05
  CHECK(measured[37] < 0.4);
  CHECK(std::abs(measured[20] - made[0].ceiling.at("explainable_variance_median").get<double>()) <
        0.06);
  CHECK(made[0].ceiling.at("video_share_median").get<double>() > 0.75);
  CHECK(made[0].ceiling.at("rate_below_baseline").get<double>() > 0.12);
  MESSAGE("explainable variance from repeats: " << measured[0] << " … " << measured[20] << " … "
                                                << measured[39]);
}

TEST_CASE("film: power of a scene falls as one over the square of frequency") {
  Stream stream(3, {});
  // Summed over orientation, rings of doubled radius hold equal power: ∫ f · f⁻² df.
  double low = 0, high = 0;
  for (int sample = 0; sample < 8; ++sample) {
    const std::vector<double> texture = make_texture(stream);
    const auto power = [&](int64_t u) {  // along one axis, averaged over rows
      double sum = 0;
      for (int64_t row = 0; row < kTextureSide; ++row) {
        double real = 0, imaginary = 0;
        for (int64_t i = 0; i < kTextureSide; ++i) {
          const double angle = 2 * M_PI * double(u * i) / double(kTextureSide);
          real += texture[size_t(row * kTextureSide + i)] * std::cos(angle);
          imaginary += texture[size_t(row * kTextureSide + i)] * std::sin(angle);
        }
        sum += real * real + imaginary * imaginary;
      }
      return sum;
    };
    // A row's spectrum is the plane's summed over the other axis: it falls as 1 / f.
    for (int64_t u = 3; u < 6; ++u) { low += power(u) * double(u); }
    for (int64_t u = 24; u < 27; ++u) { high += power(u) * double(u); }
  }
  CHECK(high / low == doctest::Approx(1).epsilon(0.35));
}

TEST_CASE("stream: moments are those of the distributions") {
  Stream stream(1, {2, 3});
  double sum = 0, square = 0, counts = 0, counts_square = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = stream.normal();
    sum += x;
    square += x * x;
    const auto y = static_cast<double>(stream.poisson(20.5));
    counts += y;
    counts_square += y * y;
  }
  CHECK(std::abs(sum / kDraws) < 0.03);
  CHECK(square / kDraws == doctest::Approx(1).epsilon(0.04));
  const double mean = counts / kDraws;
  CHECK(mean == doctest::Approx(20.5).epsilon(0.01));
  CHECK(counts_square / kDraws - mean * mean == doctest::Approx(20.5).epsilon(0.05));
  CHECK(Stream(1, {2, 3}).next() == Stream(1, {2, 3}).next());
  CHECK(Stream(1, {2, 3}).next() != Stream(1, {3, 2}).next());
}

}  // namespace enigma::recordings::generate
