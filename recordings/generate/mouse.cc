#include "recordings/generate/mouse.h"

#include "files/atomic_file.h"
#include "recordings/format/npy.h"
#include "recordings/generate/calcium.h"
#include "recordings/generate/film.h"
#include "recordings/generate/fluctuation.h"
#include "recordings/generate/population.h"
#include "recordings/generate/spiking.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <span>

namespace enigma::recordings::generate {
namespace {

constexpr uint64_t kScheduleStream = 0, kFilmStream = 1, kArousalStream = 2, kSpikeStream = 4,
                   kLatentStream = 6, kDriftStream = 7, kEventStream = 8, kSessionStream = 9;
constexpr double kSlowFloor = 0.2;  // what is left of a rate at the lowest
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
  for (const Showing& showing : schedule.showings) {
    shown.insert(shown.end(), film.begin() + showing.clip * clip,
                 film.begin() + (showing.clip + 1) * clip);
  }
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

/// What all neurons of a session see and share.
struct Scene {
  const MouseSettings& settings;
  std::vector<uint8_t> shown;
  std::vector<float> contrast;
  std::vector<std::vector<float>> latents;

  Stream stream(uint64_t purpose, uint64_t index) const {
    return Stream(settings.seed, {static_cast<uint64_t>(settings.session), purpose, index});
  }
  int64_t samples() const { return static_cast<int64_t>(shown.size()) / kFilmArea; }
};

// Multiplies rates by what is slow: shared fluctuations and the neuron's own drift.
void add_slow_gain(const Scene& scene, const Neuron& neuron, size_t n, std::vector<double>& rates) {
  if (neuron.latent_slopes.empty() && neuron.drift_slope == 0) { return; }
  std::vector<float> drift(rates.size());
  if (neuron.drift_slope != 0) {
    drift = slow_signal(scene.stream(kDriftStream, n), scene.samples(), kFilmRate_hz, kDriftTime_s);
  }
  for (size_t t = 0; t < rates.size(); ++t) {
    double slow = 1 + neuron.drift_slope * drift[t];
    for (size_t i = 0; i < scene.latents.size(); ++i) {
      slow += neuron.latent_slopes[i] * scene.latents[i][t];
    }
    rates[t] *= std::max(kSlowFloor, slow);
  }
}

/// A neuron's responses, sample by sample, with what is known of them.
std::vector<CeilingSample> count_poisson(const std::vector<double>& video,
                                         const std::vector<double>& rates, Stream stream) {
  std::vector<CeilingSample> samples;
  for (size_t t = 0; t < video.size(); ++t) {
    samples.push_back(
        {video[t], rates[t], rates[t], static_cast<double>(stream.poisson(rates[t]))});
  }
  return samples;
}

std::vector<CeilingSample> count_in_samples(const std::vector<double>& video,
                                            const std::vector<double>& rates,
                                            const std::vector<double>& times, double dead) {
  const auto counts = count_spikes(times, 0, 1, static_cast<int64_t>(rates.size()));
  std::vector<CeilingSample> samples;
  for (size_t t = 0; t < video.size(); ++t) {
    samples.push_back(
        {video[t], rates[t], count_variance(rates[t], dead), static_cast<double>(counts[t])});
  }
  return samples;
}

// Imaging is linear in the spikes, so it does to rates what it does to events on average.
std::vector<CeilingSample> image(const Scan& scan, const std::vector<double>& video,
                                 const std::vector<double>& rates, const std::vector<double>& times,
                                 double dead, Stream stream) {
  const std::vector<double> means = scan.frames_of(rates);
  std::vector<double> variances;
  for (double mean : means) {
    variances.push_back(
        event_variance(mean, count_variance(mean, dead * kScanRate_hz / kFilmRate_hz)));
  }
  const auto responses = scan.at_samples(draw_events(stream, scan.count_frames(times)));
  const auto expected = scan.at_samples(means), seen = scan.at_samples(scan.frames_of(video));
  const auto noise = scan.variance_at_samples(variances);
  std::vector<CeilingSample> samples;
  for (size_t t = 0; t < video.size(); ++t) {
    samples.push_back({seen[t], expected[t], noise[t], responses[t]});
  }
  return samples;
}

std::vector<CeilingSample> respond(const Scene& scene, const Neuron& neuron, size_t n,
                                   const std::vector<double>& video,
                                   const std::vector<double>& rates, MouseRecording& recording) {
  const Features& features = scene.settings.features;
  const Stream spikes = scene.stream(kSpikeStream, n);
  if (!features.refractory && !features.calcium) { return count_poisson(video, rates, spikes); }
  const double dead = features.refractory ? kDeadTime_s * kFilmRate_hz : 0;
  const std::vector<double> times = draw_spikes(spikes, rates, dead);
  if (features.refractory) {
    for (double at : times) { recording.spikes_s.push_back(kResponseStart_s + at / kFilmRate_hz); }
  }
  if (!features.calcium) { return count_in_samples(video, rates, times, dead); }
  const Scan scan(scene.samples(), kFilmRate_hz, neuron.plane_delay_s);
  return image(scan, video, rates, times, dead, scene.stream(kEventStream, n));
}

void record_neuron(const Scene& scene, const Neuron& neuron, size_t n, MouseRecording& recording,
                   CeilingSum& sum) {
  const std::vector<double> video = video_rate(neuron, scene.shown, scene.contrast);
  std::vector<double> rates = video;
  for (size_t t = 0; t < rates.size(); ++t) {
    rates[t] *=
        gain(recording.arousal, behaviour_at(int64_t(t)), neuron.running_slope, neuron.pupil_slope);
  }
  add_slow_gain(scene, neuron, n, rates);
  const auto samples = respond(scene, neuron, n, video, rates, recording);
  const size_t neurons = recording.responses.size() / samples.size();
  for (size_t t = 0; t < samples.size(); ++t) {
    recording.responses[t * neurons + n] = half_of(static_cast<float>(samples[t].response));
    add(sum, samples[t]);
  }
  recording.spike_offsets.push_back(static_cast<int64_t>(recording.spikes_s.size()));
  recording.areas.push_back(neuron.area);
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

void write_eye_tracker(const Arousal& arousal, const std::filesystem::path& folder) {
  const auto rows = static_cast<int64_t>(arousal.pupil.size());
  std::vector<float> eye;
  for (size_t i = 0; i < arousal.pupil.size(); ++i) {
    for (const auto* signal :
         {&arousal.pupil, &arousal.pupil_change, &arousal.eye_x, &arousal.eye_y}) {
      eye.push_back((*signal)[i]);
    }
  }
  write_sequence<float>(
      folder / "eye_tracker", eye,
      sequence_meta(kBehaviourStart_s, kBehaviourRate_hz, 4, rows, "float32",
                    "signal_names: [\"pupil\", \"pupil_change\", \"eye_x\", \"eye_y\"]\n"));
}

void write_treadmill(const Arousal& arousal, const std::filesystem::path& folder) {
  const auto rows = static_cast<int64_t>(arousal.pupil.size());
  write_sequence<float>(folder / "treadmill", arousal.speed_dm_per_s,
                        sequence_meta(kBehaviourStart_s, kBehaviourRate_hz, 1, rows, "float32",
                                      "signal_names: [\"speed_dm_per_s\"]\n"));
}

void write_spikes(const MouseRecording& recording, double end_s,
                  const std::filesystem::path& folder) {
  std::filesystem::create_directory(folder);
  write_atomically(
      folder / "spikes.npy",
      npy_bytes(NumberType::f64, {int64_t(recording.spikes_s.size())}, recording.spikes_s.data()));
  write_atomically(folder / "meta.yml",
                   fmt::format("modality: \"spikes\"\nstart_time: {}\nend_time: {}\n"
                               "is_mem_mapped: false\ndtype: \"float64\"\nn_signals: {}\n"
                               "spike_indices: [{}]\n",
                               kResponseStart_s, end_s, recording.spike_offsets.size() - 1,
                               fmt::join(recording.spike_offsets, ", ")));
}

// The truth about each neuron, in columns.
nlohmann::ordered_json neurons_json(const MouseRecording& recording,
                                    const std::vector<std::string>& areas) {
  const Ceiling& ceiling = recording.ceiling;
  nlohmann::ordered_json json;
  if (!areas.empty()) {
    json["area"] = nlohmann::ordered_json::array();
    for (int64_t area : recording.areas) {
      json["area"].push_back(areas[static_cast<size_t>(area)]);
    }
  }
  json["noise_ceiling_correlation"] = ceiling.correlation;
  json["video_ceiling_correlation"] = nlohmann::ordered_json::array();
  for (size_t n = 0; n < ceiling.correlation.size(); ++n) {
    json["video_ceiling_correlation"].push_back(
        std::sqrt(ceiling.explainable_variance[n] * ceiling.video_share[n]));
  }
  return json;
}

/// The modalities that a session lacks.
struct Lacks {
  bool eye_tracker = false, treadmill = false;
};

Stream session_stream(const MouseSettings& settings) {
  return Stream(settings.seed, {static_cast<uint64_t>(settings.session), kSessionStream});
}

double minutes_of(const MouseSettings& settings) {
  const double share = session_stream(settings).uniform(0.5, 1.5);
  return settings.features.unequal ? settings.minutes * share : settings.minutes;
}

Lacks lacks_of(const MouseSettings& settings) {
  Stream stream = session_stream(settings);
  stream.next();  // the session's length
  if (stream.uniform() >= settings.features.missing) { return {}; }
  const bool eye = stream.uniform() < 0.5;
  return {eye, !eye};
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
  for (int64_t clip = 0; clip < recording.schedule.clips; ++clip) {
    write_atomically(folder / "data" / fmt::format("clip_{:04}.npy", clip),
                     npy_bytes(NumberType::u8, {kClipFrames, kFilmHeight, kFilmWidth},
                               recording.film.data() + clip * kClipFrames * kFilmArea));
  }
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
  for (int64_t i = 0; i <= frame; ++i) { flips_s.push_back(static_cast<double>(i) / kFilmRate_hz); }
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
  const Features& features = settings.features;
  MouseRecording recording;
  recording.schedule =
      make_schedule(Stream(settings.seed, {session, kScheduleStream}), minutes_of(settings));
  recording.film = make_film(Stream(settings.seed, {session, kFilmStream}),
                             recording.schedule.clips * kClipFrames);
  recording.arousal = make_arousal(Stream(settings.seed, {session, kArousalStream}),
                                   behaviour_samples(recording.schedule));
  Scene scene{settings, shown_film(recording.schedule, recording.film), {}, {}};
  if (features.surround) { scene.contrast = contrast_map(scene.shown); }
  for (int64_t i = 0; i < features.latents; ++i) {
    scene.latents.push_back(slow_signal(scene.stream(kLatentStream, static_cast<uint64_t>(i)),
                                        scene.samples(), kFilmRate_hz, kLatentTime_s));
  }
  const std::vector<Neuron> neurons =
      make_population(settings.seed, session, settings.neurons, features);
  recording.responses.resize(static_cast<size_t>(scene.samples()) * neurons.size());
  recording.spike_offsets = {0};
  std::vector<CeilingSum> sums(neurons.size());
  for (size_t n = 0; n < neurons.size(); ++n) {
    record_neuron(scene, neurons[n], n, recording, sums[n]);
    if (neuron_done) { neuron_done(); }
  }
  recording.ceiling = ceiling_of(sums);
  return recording;
}

std::string name_of(const MouseSettings& settings) {
  return fmt::format("mouse{:02}-session{:03}", settings.animal + 1, settings.session + 1);
}

nlohmann::ordered_json meta_of(const MouseSettings& settings) {
  nlohmann::ordered_json meta = {{"data_key", name_of(settings)},
                                 {"animal", fmt::format("mouse{:02}", settings.animal + 1)},
                                 {"scan", settings.session + 1},
                                 {"species", "mouse, simulated"}};
  if (!settings.features.areas.empty()) { meta["areas"] = settings.features.areas; }
  meta["generated"] = {{"version", kGeneratorVersion},
                       {"seed", settings.seed},
                       {"neurons", settings.neurons},
                       {"minutes", settings.minutes}};
  const nlohmann::ordered_json features = to_json(settings.features);
  if (!features.empty()) { meta["generated"]["features"] = features; }
  return meta;
}

void write_mouse(const MouseRecording& recording, const MouseSettings& settings,
                 const std::filesystem::path& folder) {
  const auto rows = static_cast<int64_t>(recording.responses.size()) / settings.neurons;
  const Lacks lacks = lacks_of(settings);
  write_screen(recording, folder / "screen");
  if (!lacks.eye_tracker) { write_eye_tracker(recording.arousal, folder); }
  if (!lacks.treadmill) { write_treadmill(recording.arousal, folder); }
  write_sequence<uint16_t>(
      folder / "responses", recording.responses,
      sequence_meta(kResponseStart_s, kFilmRate_hz, settings.neurons, rows, "float16", ""));
  if (settings.features.refractory) {
    write_spikes(recording, kResponseStart_s + static_cast<double>(rows) / kFilmRate_hz,
                 folder / "spikes");
  }
  if (!to_json(settings.features).empty()) {
    write_atomically(folder / "neurons.json",
                     neurons_json(recording, settings.features.areas).dump(1) + "\n");
  }
  write_atomically(folder / "ceiling.json", to_json(recording.ceiling).dump(1) + "\n");
  write_atomically(folder / "meta.json", meta_of(settings).dump(1) + "\n");
}

}  // namespace enigma::recordings::generate
