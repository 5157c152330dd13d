#include "recordings/format/frame_reader.h"

#include "recordings/format/document.h"
#include "recordings/small_recording.h"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

namespace enigma::recordings {
namespace {

// Two clips of 20 frames of their trial's number, and a blank; `held` as where maps are plenty.
struct Clips {
  explicit Clips(bool held) {
    recording.trials = {{"train", true}, {"train", true}};
    folder = recording.write() / "screen";
    Parsed<Screen> parsed = open_screen(folder, nlohmann::json::object());
    REQUIRE(parsed.ok());
    screen = std::move(*parsed.value);
    if (held) { return; }
    for (NpyArray& picture : screen.pictures) {
      picture.mapping = {};
      picture.data = nullptr;
    }
  }

  SmallRecording recording;
  std::filesystem::path folder;
  Screen screen;
};

}  // namespace

TEST_CASE("frame reader: files that are not held are mapped while their frames are read") {
  for (const bool held : {true, false}) {
    CAPTURE(held);
    const Clips clips(held);
    FrameReader frames(clips.screen);
    std::vector<float> pixels(6);
    frames.expect(0, 40);
    for (const int64_t frame : {0, 19, 20, 39, 5, 25}) {
      CAPTURE(frame);
      frames.read(frame, pixels);
      CHECK(pixels == std::vector<float>(6, frame < 20 ? 0.0F : 1.0F));
    }
    frames.read(-1, pixels);
    CHECK(std::isnan(pixels.front()));
  }
}

TEST_CASE("frame reader: a file that is gone or has become another one is refused by name") {
  const Clips clips(false);
  FrameReader frames(clips.screen);
  const uint8_t other[12] = {};
  write_atomically(clips.folder / "data/00000.npy", npy_bytes(NumberType::u8, {2, 2, 3}, other));
  CHECK_THROWS_WITH_AS(frames.at(19), doctest::Contains("00000.npy"), std::runtime_error);
  std::filesystem::remove(clips.folder / "data/00001.npy");
  CHECK_THROWS_WITH_AS(frames.at(20), doctest::Contains("00001.npy"), std::runtime_error);
}

}  // namespace enigma::recordings
