#include "recordings/import/video.h"

#include "recordings/import/film_fixture.h"
#include "recordings/import/imported_session.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <numeric>

namespace enigma::recordings {
namespace {

namespace fs = std::filesystem;

struct Imported {
  TemporaryFolder place;
  SessionRecord record;
  Screen screen;

  explicit Imported(const fs::path& source, ReadOptions options = {}) {
    ReadRequest request;
    request.source = source;
    request.session = place.path();
    request.name = "film";
    request.options = options;
    record = read_video_file(request);
    screen = screen_at(place.path() / "screen");
  }
  std::vector<float> frame(size_t f) const {
    std::vector<float> pixels(size_t(screen.height * screen.width * screen.channels));
    FrameReader(screen).read(int64_t(f), pixels);
    return pixels;
  }
};

// Intervals between 8 and 90 ms.
std::vector<int64_t> uneven(int64_t frames) {
  std::vector<int64_t> times;
  for (int64_t i = 0, at = 0; i < frames; ++i, at += 8 + (i * 37) % 83) times.push_back(at);
  return times;
}

std::vector<int64_t> even(int64_t frames) {
  std::vector<int64_t> times(static_cast<size_t>(frames));
  std::iota(times.begin(), times.end(), 0);
  return times;
}

void check_times(const Imported& session, const MadeFilm& film) {
  REQUIRE(session.screen.flips_s.size() == film.times.size() + 1);
  for (size_t f = 0; f < film.times.size(); ++f)
    CHECK(session.screen.flips_s[f] ==
          double(film.times[f]) * film.time_base.num / film.time_base.den);
  CHECK(session.screen.trials.back().kind == TrialKind::blank);
}

void check_grey(const Imported& session, const MadeFilm& film) {
  for (size_t f = 0; f < film.frames.size(); ++f) {
    const std::vector<float> pixels = session.frame(f);
    CHECK(std::equal(pixels.begin(), pixels.end(), film.frames[f].begin()));
  }
}

std::vector<Diagnostic> refused(const fs::path& source) {
  try {
    const Imported session(source);
  } catch (const InputError& error) {
    return error.diagnostics();
  }
  return {};
}

}  // namespace

TEST_CASE("video: uneven times and lossless grey frames come out exactly, in three containers") {
  for (const std::string name : {"film.mkv", "film.nut", "film.mov"}) {
    CAPTURE(name);
    const TemporaryFolder folder;
    MadeFilm film;
    if (name == "film.mov") film.codec = AV_CODEC_ID_PNG;
    film.fill(uneven(40));
    film.write(folder.path() / name);
    const Imported session(folder.path() / name);
    check_times(session, film);
    check_grey(session, film);
    CHECK(session.record.tiers.at("train").trials == 1);
  }
}

TEST_CASE("video: even times in AVI are multiples of the period") {
  const TemporaryFolder folder;
  MadeFilm film;
  film.time_base = {1, 25};
  film.fill(even(30));
  film.write(folder.path() / "film.avi");
  const Imported session(folder.path() / "film.avi");
  check_times(session, film);
  check_grey(session, film);
  CHECK(session.record.seconds == doctest::Approx(30.0 / 25));
}

TEST_CASE("video: RGB frames of a lossless film are kept bit for bit") {
  const TemporaryFolder folder;
  MadeFilm film;
  film.codec = AV_CODEC_ID_PNG;
  film.format = AV_PIX_FMT_RGB24;
  film.fill(uneven(10));
  film.write(folder.path() / "film.mkv");
  ReadOptions options;
  options.colour = true;
  const Imported session(folder.path() / "film.mkv", options);
  check_times(session, film);
  REQUIRE(session.screen.channels == 3);
  const auto area = size_t(film.height * film.width);
  for (size_t f = 0; f < film.frames.size(); ++f) {
    const std::vector<float> planes = session.frame(f);  // channels first
    for (size_t p = 0; p < area; ++p)
      for (size_t c = 0; c < 3; ++c)
        REQUIRE(planes[c * area + p] == float(film.frames[f][3 * p + c]));
  }
}

TEST_CASE("video: frames of a lossy codec keep their times, also in MP4") {
  const TemporaryFolder folder;
  MadeFilm film;
  film.codec = AV_CODEC_ID_MPEG4;
  film.format = AV_PIX_FMT_YUV420P;
  film.fill(uneven(40));
  film.write(folder.path() / "film.mp4");
  check_times(Imported(folder.path() / "film.mp4"), film);
}

TEST_CASE("video: a smaller size holds the mean grey of what each pixel covers") {
  const TemporaryFolder folder;
  MadeFilm film;
  film.fill(even(3));
  film.write(folder.path() / "film.mkv");
  ReadOptions options;
  options.size = {film.height / 4, film.width / 4};
  const Imported session(folder.path() / "film.mkv", options);
  const std::vector<float> small = session.frame(1);
  REQUIRE(small.size() == size_t(film.height * film.width / 16));
  for (int y = 0; y < film.height / 4; ++y)
    for (int x = 0; x < film.width / 4; ++x) {
      double mean = 0;
      for (int i = 0; i < 16; ++i)
        mean += film.frames[1][size_t((4 * y + i / 4) * film.width + 4 * x + i % 4)] / 16.0;
      CHECK(std::abs(small[size_t(y * film.width / 4 + x)] - mean) <= 0.5001);
    }
}

TEST_CASE("video: limited-range luma becomes full-range grey") {
  const TemporaryFolder folder;
  MadeFilm film;
  film.format = AV_PIX_FMT_YUV420P;
  film.fill(even(2));
  for (auto& frame : film.frames) {
    std::fill(frame.begin(), frame.end(), uint8_t{128});
    std::fill(frame.begin(), frame.begin() + film.height * film.width / 2, uint8_t{16});
    std::fill(frame.begin() + film.height * film.width / 2,
              frame.begin() + film.height * film.width, uint8_t{235});
  }
  film.write(folder.path() / "film.mkv");
  const std::vector<float> pixels = Imported(folder.path() / "film.mkv").frame(0);
  CHECK(pixels.front() == 0);
  CHECK(pixels.back() == 255);
}

TEST_CASE("video: a truncated file is refused, wherever it was cut") {
  for (const std::string name : {"film.mkv", "film.mp4", "film.avi", "film.mov"}) {
    MadeFilm film;
    if (name == "film.avi") film.time_base = {1, 25};
    if (name == "film.mp4") film.codec = AV_CODEC_ID_MPEG4;
    if (name == "film.mp4") film.format = AV_PIX_FMT_YUV420P;
    if (name == "film.mov") film.codec = AV_CODEC_ID_PNG;
    film.fill(name == "film.avi" ? even(60) : uneven(60));
    for (int part = 1; part <= 9; ++part) {
      CAPTURE(name);
      CAPTURE(part);
      const TemporaryFolder folder;
      film.write(folder.path() / name);
      fs::resize_file(folder.path() / name,
                      fs::file_size(folder.path() / name) * size_t(part) / 10);
      const auto wrong = refused(folder.path() / name);
      REQUIRE(wrong.size() == 1);
      CHECK(wrong[0].file == (folder.path() / name).string());
    }
  }
}

TEST_CASE("video: what is no video is refused") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "text.mp4") << "this is no film";
  std::ofstream(folder.path() / "empty.mkv") << "";
  CHECK(refused(folder.path() / "text.mp4").size() == 1);
  CHECK(refused(folder.path() / "empty.mkv").size() == 1);
}

}  // namespace enigma::recordings
