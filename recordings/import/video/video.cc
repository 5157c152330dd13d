#include "recordings/import/video/video.h"

#include "recordings/format/native_files.h"
#include "recordings/format/problem.h"
#include "recordings/import/video/film_decoder.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::recordings::importer::video {
namespace {

constexpr int64_t kSideMax = 8192;

void check_size(int64_t height, int64_t width, const std::filesystem::path& source) {
  if (height >= 1 && width >= 1 && height <= kSideMax && width <= kSideMax) { return; }
  throw InputError({problem_in(source, "frame size", "frames are too large",
                               fmt::format("sides of 1 to {}", kSideMax),
                               fmt::format("{} x {}", height, width))});
}

// What is true of the whole film and cannot be told while it is read.
void check_times(const std::vector<double>& times_s, const std::filesystem::path& source) {
  if (times_s.empty()) {
    throw InputError({problem_in(source, "frames", "holds no frame that can be read",
                                 "at least one frame", "0")});
  }
  if (auto wrong = wrong_times(source, "presentation time", times_s)) {
    throw InputError({*wrong});
  }
}

}  // namespace

SessionRecord read_video_file(const ReadRequest& request) {
  FilmDecoder decoder(request.source, request.options);
  const FilmFacts film = decoder.facts();
  check_size(film.stored_height, film.stored_width, request.source);
  check_size(film.height, film.width, request.source);
  std::vector<int64_t> size = {film.height, film.width};
  if (request.options.color) { size.push_back(3); }
  ScreenWriter screen(request.session / "screen");
  ArrayWriter frames(screen.picture_path("film"), NumberType::u8, size);
  std::vector<double> times_s;
  while (const auto frame = decoder.next()) {
    frames.append(frame->pixels);
    times_s.push_back(frame->time_s);
    request.progress(static_cast<int64_t>(times_s.size()),
                     std::max(film.frames_expected, static_cast<int64_t>(times_s.size())));
  }
  check_times(times_s, request.source);
  frames.close();
  const double end_s = times_s.back() + decoder.last_duration_s();
  screen.add_trial({{"modality", "video"},
                    {"image_size", size},
                    {"num_frames", times_s.size()},
                    {"tier", "train"},
                    {"stimulus_name", screen.adopt_picture("film")},
                    {"valid_trial", true}},
                   times_s);
  screen.close(end_s, size);
  SessionRecord record;
  record.data_key = request.name;
  record.seconds = end_s - times_s.front();
  record.tiers["train"] = {1, record.seconds};
  int64_t pixels = 1;
  for (const int64_t side : size) { pixels *= side; }
  record.modalities.push_back(
      {"screen", ModalityKind::screen,
       request.options.color ? "RGB, 8 bits" : "grey levels, 8 bits",
       fmt::format("{} in {}, {} x {}, {}", film.codec, film.container, film.stored_height,
                   film.stored_width, film.pixel_format),
       "uint8", pixels, film.rate_hz, film.rate_hz});
  record.notes = film.notes;
  if (decoder.facts().has_made_up_times) {
    record.notes.push_back("frames bear no presentation times: they stand at the nominal rate");
  }
  write_identity(record, request.session);
  return record;
}

}  // namespace enigma::recordings::importer::video
