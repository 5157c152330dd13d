#include "recordings/generate/schedule.h"

#include "recordings/generate/film.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace enigma::recordings::generate {

Schedule make_schedule(Stream stream, double minutes) {
  const double clip_s = static_cast<double>(kClipFrames) / kFilmRate_hz;
  const auto slots = std::max<int64_t>(4, std::llround(minutes * 60 / clip_s));
  const int64_t test_clips = std::max<int64_t>(1, slots / 16);
  const int64_t repeats = slots >= 12 ? 4 : 2;
  const int64_t validation_clips = std::max<int64_t>(1, slots / 16);
  Schedule schedule;
  const auto show = [&](const char* tier, int64_t clips, int64_t times) {
    for (int64_t i = 0; i < clips * times; ++i) {
      schedule.showings.push_back({schedule.clips + i % clips, tier});
    }
    schedule.clips += clips;
  };
  show("test", test_clips, repeats);
  show("validation", validation_clips, 1);
  show("train", slots - test_clips * repeats - validation_clips, 1);
  for (int64_t i = slots - 1; i > 0; --i) {
    std::swap(schedule.showings[static_cast<size_t>(i)],
              schedule.showings[static_cast<size_t>(stream.below(i + 1))]);
  }
  return schedule;
}

}  // namespace enigma::recordings::generate
