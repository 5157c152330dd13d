#include "recordings/generate/mouse.h"

#include "files/atomic_file.h"
#include "recordings/generate/film.h"
#include "recordings/generate/population.h"
#include "recordings/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <span>

namespace enigma::recordings {
namespace {

constexpr uint64_t kScheduleStream = 0, kFilmStream = 1, kArousalStream = 2, kSpikeStream = 4;
constexpr int64_t kGeneratorVersion = 1;

// Clocks start a fraction of a sample before the screen's, so that reading at a flip never falls on
// the border between two samples.
constexpr double kResponseStart_s = -0.25 / kFilmRate_hz;
constexpr double kBehaviourStart_s = -0.3 / kBehaviourRate_hz;

int64_t frames_of(const Schedule& schedule) {
  return static_cast<int64_t>(schedule.showings.size()) * kClipFrames;
}

// The film in the order shown, one index of a film frame per frame, and the closing blank's copy of
// the last: the rates of a repeat differ only in its first samples, by what stood before it.
std::vector<uint8_t> shown_film(const Schedule& schedule, const std::vector<uint8_t>& film) {
  const int64_t clip = kClipFrames * kFilmArea;
  std::vector<uint8_t> shown;
  shown.reserve(static_cast<size_t>(frames_of(schedule) + 1) * size_t(kFilmArea));
  for (const Showing& showing : schedule.showings)
    shown.insert(shown.end(), film.begin() + showing.clip * clip,
                 film.begin() + (showing.clip + 1) * clip);
  shown.insert(shown.end(), size_t(kFilmArea), static_cast<uint8_t>(kFilmGrey));
  return shown;
}

int64_t behaviour_samples(const Schedule& schedule) {
  const double seconds = static_cast<double>(frames_of(schedule) + 1) / kFilmRate_hz;
  return static_cast<int64_t>(std::ceil(seconds * kBehaviourRate_hz)) + 2;
}

int64_t behaviour_at(int64_t frame) {
  return static_cast<int64_t>(
      std::floor((double(frame) / kFilmRate_hz - kBehaviourStart_s) * kBehaviourRate_hz));
}

void record_neuron(const Neuron& neuron, size_t n, size_t neurons, std::span<const uint8_t> shown,
                   Stream stream, MouseRecording& recording, CeilingSum& sum) {
  const std::vector<double> video = video_rate(neuron, shown);
  for (size_t t = 0; t < video.size(); ++t) {
    const double rate = video[t] * gain(recording.arousal, behaviour_at(int64_t(t)),
                                        neuron.running_slope, neuron.pupil_slope);
    const int64_t spikes = stream.poisson(rate);
    recording.responses[t * neurons + n] = half_of(static_cast<float>(spikes));
    add(sum, video[t], rate, spikes);
  }
}

std::string sequence_meta(double start_s, double rate_hz, int64_t signals, int64_t rows,
                          const char* dtype, const char* names) {
  return fmt::format(
      "modality: \"sequence\"\nstart_time: {}\nend_time: {}\nsampling_rate: {}\nn_signals: {}\n"
      "n_timestamps: {}\ndtype: \"{}\"\nis_mem_mapped: true\nphase_shift_per_signal: false\n{}",
      start_s, start_s + static_cast<double>(rows) / rate_hz, rate_hz, signals, rows, dtype, names);
}

template <typename T>
void write_sequence(const std::filesystem::path& folder, std::span<const T> numbers,
                    const std::string& meta) {
  std::filesystem::create_directory(folder);
  write_atomically(folder / "data.mem",
                   {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
  write_atomically(folder / "meta.yml", meta);
}

void write_behaviour(const Arousal& arousal, const std::filesystem::path& folder) {
  const auto rows = static_cast<int64_t>(arousal.pupil.size());
  std::vector<float> eye;
  for (size_t i = 0; i < arousal.pupil.size(); ++i)
    for (const auto* signal :
         {&arousal.pupil, &arousal.pupil_change, &arousal.eye_x, &arousal.eye_y})
      eye.push_back((*signal)[i]);
  write_sequence<float>(
      folder / "eye_tracker", eye,
      sequence_meta(kBehaviourStart_s, kBehaviourRate_hz, 4, rows, "float32",
                    "signal_names: [\"pupil\", \"pupil_change\", \"eye_x\", \"eye_y\"]\n"));
  write_sequence<float>(folder / "treadmill", arousal.speed_dm_per_s,
                        sequence_meta(kBehaviourStart_s, kBehaviourRate_hz, 1, rows, "float32",
                                      "signal_names: [\"speed_dm_per_s\"]\n"));
}

std::string trial_meta(const Showing& showing, int64_t first_frame) {
  return fmt::format(
      "modality: \"video\"\nfirst_frame_idx: {}\nnum_frames: {}\nimage_size: [{}, {}]\n"
      "tier: \"{}\"\nstimulus_name: \"clip_{:04}\"\nvalid_trial: true\n",
      first_frame, kClipFrames, kFilmHeight, kFilmWidth, showing.tier, showing.clip);
}

void write_screen(const MouseRecording& recording, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "data");
  std::filesystem::create_directories(folder / "meta");
  for (int64_t clip = 0; clip < recording.schedule.clips; ++clip)
    write_atomically(folder / "data" / fmt::format("clip_{:04}.npy", clip),
                     npy_bytes(NumberType::u8, {kClipFrames, kFilmHeight, kFilmWidth},
                               recording.film.data() + clip * kClipFrames * kFilmArea));
  int64_t frame = 0;
  int64_t trial = 0;
  for (const Showing& showing : recording.schedule.showings) {
    write_atomically(folder / "meta" / fmt::format("{:05}.yml", trial++),
                     trial_meta(showing, frame));
    frame += kClipFrames;
  }
  write_atomically(folder / "meta" / fmt::format("{:05}.yml", trial),
                   fmt::format("modality: \"blank\"\nfirst_frame_idx: {}\nimage_size: [{}, {}]\n"
                               "interleave_value: {}\ntier: \"blank\"\nvalid_trial: true\n",
                               frame, kFilmHeight, kFilmWidth, kFilmGrey));
  std::vector<double> flips_s;
  for (int64_t i = 0; i <= frame; ++i) flips_s.push_back(static_cast<double>(i) / kFilmRate_hz);
  write_atomically(folder / "timestamps.npy",
                   npy_bytes(NumberType::f64, {frame + 1}, flips_s.data()));
  write_atomically(folder / "meta.yml",
                   fmt::format("modality: \"screen\"\nstart_time: 0.0\nend_time: {}\n"
                               "image_size: [{}, {}]\nuse_stimuli_names: true\n",
                               flips_s.back(), kFilmHeight, kFilmWidth));
}

}  // namespace

MouseRecording record_mouse(const MouseSettings& settings,
                            const std::function<void()>& neuron_done) {
  const auto session = static_cast<uint64_t>(settings.session);
  MouseRecording recording;
  recording.schedule =
      make_schedule(Stream(settings.seed, {session, kScheduleStream}), settings.minutes);
  recording.film = make_film(Stream(settings.seed, {session, kFilmStream}),
                             recording.schedule.clips * kClipFrames);
  recording.arousal = make_arousal(Stream(settings.seed, {session, kArousalStream}),
                                   behaviour_samples(recording.schedule));
  const std::vector<uint8_t> shown = shown_film(recording.schedule, recording.film);
  const std::vector<Neuron> neurons = make_population(settings.seed, session, settings.neurons);
  recording.responses.resize(shown.size() / size_t(kFilmArea) * neurons.size());
  std::vector<CeilingSum> sums(neurons.size());
  for (size_t n = 0; n < neurons.size(); ++n) {
    record_neuron(neurons[n], n, neurons.size(), shown,
                  Stream(settings.seed, {session, kSpikeStream, n}), recording, sums[n]);
    if (neuron_done) neuron_done();
  }
  recording.ceiling = ceiling_of(sums);
  return recording;
}

std::string name_of(const MouseSettings& settings) {
  return fmt::format("mouse{:02}-session{:03}", settings.animal + 1, settings.session + 1);
}

nlohmann::ordered_json meta_of(const MouseSettings& settings) {
  return {{"data_key", name_of(settings)},
          {"animal", fmt::format("mouse{:02}", settings.animal + 1)},
          {"scan", settings.session + 1},
          {"species", "mouse, simulated"},
          {"generated",
           {{"version", kGeneratorVersion},
            {"seed", settings.seed},
            {"neurons", settings.neurons},
            {"minutes", settings.minutes}}}};
}

void write_mouse(const MouseRecording& recording, const MouseSettings& settings,
                 const std::filesystem::path& folder) {
  const auto rows = static_cast<int64_t>(recording.responses.size()) / settings.neurons;
  write_screen(recording, folder / "screen");
  write_behaviour(recording.arousal, folder);
  write_sequence<uint16_t>(
      folder / "responses", recording.responses,
      sequence_meta(kResponseStart_s, kFilmRate_hz, settings.neurons, rows, "float16", ""));
  write_atomically(folder / "ceiling.json", to_json(recording.ceiling).dump(1) + "\n");
  write_atomically(folder / "meta.json", meta_of(settings).dump(1) + "\n");
}

}  // namespace enigma::recordings
