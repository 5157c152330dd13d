#include "recordings/import/video/video.h"

#include "recordings/import/imported_session.h"
#include "recordings/import/video/film_fixture.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>

namespace enigma::recordings::importer::video {
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
  for (int64_t i = 0, at = 0; i < frames; ++i, at += 8 + (i * 37) % 83) { times.push_back(at); }
  return times;
}

std::vector<int64_t> even(int64_t frames) {
  std::vector<int64_t> times(static_cast<size_t>(frames));
  std::iota(times.begin(), times.end(), 0);
  return times;
}

void check_times(const Imported& session, const MadeFilm& film) {
  REQUIRE(session.screen.flips_s.size() == film.times.size() + 1);
  for (size_t f = 0; f < film.times.size(); ++f) {
    CHECK(session.screen.flips_s[f] ==
          double(film.times[f]) * film.time_base.num / film.time_base.den);
  }
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
  } catch (const InputError& error) { return error.diagnostics(); }
  return {};
}

}  // namespace

TEST_CASE("video: uneven times and lossless grey frames come out exactly, in three containers") {
  for (const std::string name : {"film.mkv", "film.nut", "film.mov"}) {
    CAPTURE(name);
    const TemporaryFolder folder;
    MadeFilm film;
    if (name == "film.mov") { film.codec = AV_CODEC_ID_PNG; }
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
  options.color = true;
  const Imported session(folder.path() / "film.mkv", options);
  check_times(session, film);
  REQUIRE(session.screen.channels == 3);
  const auto area = size_t(film.height * film.width);
  for (size_t f = 0; f < film.frames.size(); ++f) {
    const std::vector<float> planes = session.frame(f);  // channels first
    for (size_t p = 0; p < area; ++p) {
      for (size_t c = 0; c < 3; ++c) {
        REQUIRE(planes[c * area + p] == float(film.frames[f][3 * p + c]));
      }
    }
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
  for (int y = 0; y < film.height / 4; ++y) {
    for (int x = 0; x < film.width / 4; ++x) {
      double mean = 0;
      for (int i = 0; i < 16; ++i) {
        mean += film.frames[1][size_t((4 * y + i / 4) * film.width + 4 * x + i % 4)] / 16.0;
      }
      CHECK(std::abs(small[size_t(y * film.width / 4 + x)] - mean) <= 0.5001);
    }
  }
}

TEST_CASE("video: a film is turned as its display matrix says, at any size") {
  const char* shared = std::getenv("ENIGMA_SHARED");
  const fs::path cases = fs::path(shared ? shared : "../shared") / "cases" / "video";
  if (!fs::exists(cases)) {
    std::printf("SKIP: video: a film is turned as its display matrix says: no %s\n", cases.c_str());
    return;
  }
  const Imported plain(cases / "plain.mp4"), rotated(cases / "rotated.mp4");
  const int64_t height = plain.screen.height, width = plain.screen.width;
  REQUIRE(rotated.screen.height == width);
  REQUIRE(rotated.screen.width == height);
  CHECK(rotated.screen.flips_s == plain.screen.flips_s);
  const auto pixel = [](const Imported& film, size_t f, int64_t y, int64_t x) {
    return film.frame(f)[size_t(y * film.screen.width + x)];
  };
  for (size_t f = 0; f + 1 < plain.screen.flips_s.size(); ++f) {
    const std::vector<float> before = plain.frame(f), after = rotated.frame(f);
    std::vector<float> expected(before.size());
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t x = 0; x < width; ++x) {
        expected[size_t(x * height + height - 1 - y)] = before[size_t(y * width + x)];
      }
    }
    CHECK(after == expected);
  }
  CHECK(rotated.record.notes ==
        std::vector<std::string>{"frames are turned by 90 degrees, as the file's display matrix "
                                 "says"});
  CHECK(plain.record.notes.empty());
  ReadOptions small, turned_small;
  small.size = {height / 2, width / 2};
  turned_small.size = {width / 2, height / 2};
  const Imported half(cases / "plain.mp4", small), turned_half(cases / "rotated.mp4", turned_small);
  CHECK(turned_half.record.notes.size() == 1);  // and nothing of a stretched picture
  CHECK(std::abs(pixel(turned_half, 0, 0, height / 2 - 1) - pixel(half, 0, 0, 0)) <= 1);
}

TEST_CASE("video: pictures of another shape than the film are told, others are not") {
  const TemporaryFolder folder;
  const auto notes = [&](AVRational pixel, std::optional<gather::PictureSize> size) {
    MadeFilm film;  // 24 x 32
    film.pixel = pixel;
    film.fill(even(3));
    film.write(folder.path() / "film.mkv");
    ReadOptions options;
    options.size = size;
    return Imported(folder.path() / "film.mkv", options).record.notes;
  };
  CHECK(notes({1, 1}, std::nullopt).empty());
  CHECK(notes({1, 1}, gather::PictureSize{12, 16}).empty());
  CHECK(notes({4, 3}, gather::PictureSize{18, 32}).empty());  // square again
  REQUIRE(notes({4, 3}, std::nullopt).size() == 1);
  CHECK(notes({4, 3}, std::nullopt)[0].find("stretched") != std::string::npos);
  CHECK(notes({1, 1}, gather::PictureSize{24, 24}).size() == 1);
}

TEST_CASE("video: a playlist, which would read other files, is no video") {
  const TemporaryFolder folder;
  MadeFilm film;
  film.codec = AV_CODEC_ID_MPEG4;
  film.format = AV_PIX_FMT_YUV420P;
  film.fill(even(3));
  film.write(folder.path() / "film.ts");
  std::ofstream(folder.path() / "list.mp4")
      << "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfilm.ts\n#EXT-X-ENDLIST\n";
  std::ofstream(folder.path() / "concat.mp4") << "ffconcat version 1.0\nfile film.ts\n";
  for (const char* name : {"list.mp4", "concat.mp4"}) {
    const auto wrong = refused(folder.path() / name);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].message == "is no video that can be read");
  }
}

namespace {

uint32_t big_endian(const std::string& bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) { number = number << 8 | static_cast<uint8_t>(bytes[at + i]); }
  return number;
}

std::string big_endian(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) { bytes += static_cast<char>(number >> shift); }
  return bytes;
}

// The edit list of a QuickTime file, whose boxes stand behind its media, said `times` over.
std::string with_edits_repeated(std::string file, uint32_t times) {
  const size_t list = file.find("elst");
  REQUIRE(list != std::string::npos);
  const size_t edits = list + 12, bytes = 12 * big_endian(file, list + 8);
  const std::string once = file.substr(edits, bytes);
  std::string more;
  for (uint32_t k = 1; k < times; ++k) { more += once; }
  for (const char* box : {"moov", "trak", "edts", "elst"}) {
    const size_t size_at = file.rfind(box, list) - 4;
    file.replace(size_at, 4, big_endian(big_endian(file, size_at) + uint32_t(more.size())));
  }
  file.replace(list + 8, 4, big_endian(big_endian(file, list + 8) * times));
  return file.insert(edits + bytes, more);
}

}  // namespace

TEST_CASE("video: a small file that shows its frames over and over is refused") {
  const TemporaryFolder folder;
  MadeFilm film;
  film.codec = AV_CODEC_ID_PNG;
  film.fill(even(10));
  film.write(folder.path() / "film.mov");
  std::ifstream stored(folder.path() / "film.mov", std::ios::binary);
  const std::string file((std::istreambuf_iterator<char>(stored)), {});
  std::ofstream(folder.path() / "once.mov", std::ios::binary) << with_edits_repeated(file, 1);
  std::ofstream(folder.path() / "again.mov", std::ios::binary) << with_edits_repeated(file, 500);
  CHECK(refused(folder.path() / "once.mov").empty());
  const auto wrong = refused(folder.path() / "again.mov");
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].message == "file shows the same packets again and again");
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
    if (name == "film.avi") { film.time_base = {1, 25}; }
    if (name == "film.mp4") { film.codec = AV_CODEC_ID_MPEG4; }
    if (name == "film.mp4") { film.format = AV_PIX_FMT_YUV420P; }
    if (name == "film.mov") { film.codec = AV_CODEC_ID_PNG; }
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

}  // namespace enigma::recordings::importer::video
