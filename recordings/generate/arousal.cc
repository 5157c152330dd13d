#include "recordings/generate/arousal.h"

#include <algorithm>
#include <cmath>

namespace enigma::recordings::generate {
namespace {

constexpr double kStep_s = 1 / kBehaviourRate_hz;
constexpr double kRest_s = 12, kBout_s = 6;  // mean lengths of rest and of a running bout
constexpr double kSpeedTime_s = 0.8, kPupilTime_s = 2.5;
constexpr double kSaccade_s = 2;  // mean time between saccades
constexpr double kGainFloor = 0.2;

double keep(double time_constant_s) {
  return std::exp(-kStep_s / time_constant_s);
}

}  // namespace

Arousal make_arousal(Stream stream, int64_t samples) {
  Arousal arousal;
  bool running = stream.uniform() < kBout_s / (kBout_s + kRest_s);
  double target = running ? stream.uniform(0.8, 2.0) : 0, speed = target, wander = stream.normal();
  double slow_speed = speed, before = 0, x = stream.normal(), y = stream.normal();
  for (int64_t i = 0; i < samples; ++i) {
    if (stream.uniform() < kStep_s / (running ? kBout_s : kRest_s)) {
      running = !running;
      target = running ? stream.uniform(0.8, 2.0) : 0;
    }
    speed += (1 - keep(kSpeedTime_s)) * (target - speed);
    slow_speed += (1 - keep(kPupilTime_s)) * (speed - slow_speed);
    const double k = keep(kPupilTime_s);
    wander = k * wander + std::sqrt(1 - k * k) * stream.normal();
    const double pupil = 0.8 * wander + 0.9 * (slow_speed - 0.45);
    if (stream.uniform() < kStep_s / kSaccade_s) {
      x = stream.normal();
      y = stream.normal();
    }
    arousal.speed_dm_per_s.push_back(
        static_cast<float>(std::max(0.0, speed * (1 + 0.1 * stream.normal()))));
    arousal.pupil.push_back(static_cast<float>(pupil));
    arousal.pupil_change.push_back(static_cast<float>(i == 0 ? 0 : (pupil - before) / kStep_s));
    arousal.eye_x.push_back(static_cast<float>(x + 0.05 * stream.normal()));
    arousal.eye_y.push_back(static_cast<float>(y + 0.05 * stream.normal()));
    before = pupil;
  }
  return arousal;
}

double gain(const Arousal& arousal, int64_t sample, double running, double pupil) {
  const auto i = static_cast<size_t>(sample);
  return std::max(kGainFloor,
                  1 + running * (arousal.speed_dm_per_s[i] - 0.45) + pupil * arousal.pupil[i]);
}

}  // namespace enigma::recordings::generate
