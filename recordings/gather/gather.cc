#include "recordings/gather/gather.h"

#include "diagnostics/check.h"
#include "recordings/format/frame_reader.h"
#include "recordings/format/session_parts.h"
#include "recordings/gather/row_places.h"

#include <algorithm>
#include <array>
#include <limits>

namespace enigma::recordings::gather {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// The scaling of every number of an output row, as the kernel wants it.
struct RowScaling {
  std::vector<float> shift, scale;

  void add(const Scaling& scaling, size_t signal, size_t count) {
    if (scaling.mean.empty()) { return; }
    shift.insert(shift.end(), count, static_cast<float>(scaling.mean[signal]));
    scale.insert(scale.end(), count, static_cast<float>(1 / scaling.deviation[signal]));
  }
  void apply_to(RowTask& task) const {
    if (shift.empty()) { return; }
    task.shift = shift.data();
    task.scale = scale.data();
  }
};

void check_scaling(const Scaling& scaling, int64_t signals) {
  ENIGMA_CHECK(scaling.mean.empty() || scaling.mean.size() == static_cast<size_t>(signals),
               "scaling is not one mean per signal");
  ENIGMA_CHECK(scaling.mean.size() == scaling.deviation.size(),
               "scaling is not one deviation per mean");
}

RowTask part_of(RowTask task, size_t from, size_t count) {
  if (task.columns != nullptr) { task.columns += from; }
  task.out += from * bytes_of(task.element);
  task.count = count;
  if (task.shift == nullptr) { return task; }
  task.shift += from;
  task.scale += from;
  return task;
}

// One value in every place: a frame without a picture, or NaN where nothing was recorded.
void fill(const RowTask& task, float value) {
  static constexpr std::array<int64_t, 64> kSame{};
  for (size_t from = 0; from < task.count; from += kSame.size()) {
    RowTask part = part_of(task, from, std::min(kSame.size(), task.count - from));
    part.source = reinterpret_cast<const std::byte*>(&value);
    part.type = NumberType::f32;
    part.columns = kSame.data();
    part.next = {};
    gather_row(part);
  }
}

const Sequence& sequence_of(const Session& session, const std::string& modality) {
  const Sequence* sequence = session.parts().sequence(modality);
  ENIGMA_CHECK(sequence != nullptr, "session has no such sequence: ask has() first");
  return *sequence;
}

// Numbers from anywhere in a sequence, in runs that are there and runs that are not.
void gather_places(const Sequence& sequence, std::span<const int64_t> places, RowTask task) {
  task.source = sequence.data;
  task.columns = places.data();
  for (size_t from = 0, to = 0; from < places.size(); from = to) {
    const bool missing = places[from] == kNoPlace;
    while (to < places.size() && (places[to] == kNoPlace) == missing) { ++to; }
    const RowTask run = part_of(task, from, to - from);
    if (missing) {
      fill(run, kNan);
    } else {
      gather_row(run);
    }
  }
}

double sample_time(double start_s, int64_t sample, double rate_hz) {
  return start_s + static_cast<double>(sample) / rate_hz;
}

void gather_whole_rows(const Sequence& sequence, double start_s, const WindowRule& rule,
                       RowTask task) {
  const RowPlaces finder(sequence);
  std::span<const std::byte> row = finder.row(start_s);
  for (int64_t k = 0; k < rule.samples; ++k) {
    task.next = finder.row(sample_time(start_s, k + 1, rule.rate_hz));
    task.source = row.data();
    if (row.empty()) {
      fill(task, kNan);
    } else {
      gather_row(task);
    }
    row = task.next;
    task.out += task.count * bytes_of(task.element);
  }
}

void gather_shifted_rows(const Sequence& sequence, double start_s, const WindowRule& rule,
                         std::span<const int64_t> neurons, RowTask task) {
  RowPlaces finder(sequence);
  std::vector<int64_t> places(neurons.size());
  for (int64_t k = 0; k < rule.samples; ++k) {
    finder.places(sample_time(start_s, k, rule.rate_hz), neurons, places);
    gather_places(sequence, places, task);
    task.out += task.count * bytes_of(task.element);
  }
}

void gather_channel(const Screen& screen, double start_s, const WindowRule& rule, RowTask task) {
  FrameReader frames(screen);
  for (int64_t k = 0; k < rule.samples; ++k) {
    const double t_s = sample_time(start_s, k, rule.rate_hz);
    const Picture picture = frames.at(frame_at(screen, t_s));
    task.source = picture.pixels;
    task.type = picture.type;
    if (picture.pixels == nullptr) {
      fill(task, picture.fill);
    } else {
      gather_row(task);
    }
    task.out += task.count * bytes_of(task.element);
  }
}

}  // namespace

void gather_responses(const Session& session, double start_s, const WindowRule& rule,
                      std::span<const int64_t> neurons, const Delivery& delivery,
                      std::span<std::byte> out) {
  const Sequence& sequence = sequence_of(session, "responses");
  check_scaling(delivery.scaling, sequence.signals);
  ENIGMA_CHECK(
      out.size() == static_cast<size_t>(rule.samples) * neurons.size() * bytes_of(delivery.element),
      "buffer is not samples x neurons");
  RowScaling scaling;
  for (int64_t neuron : neurons) {
    ENIGMA_CHECK(neuron >= 0 && neuron < sequence.signals, "session has no such neuron");
    scaling.add(delivery.scaling, static_cast<size_t>(neuron), 1);
  }
  RowTask task{.type = sequence.type,
               .columns = neurons.data(),
               .count = neurons.size(),
               .element = delivery.element,
               .out = out.data()};
  scaling.apply_to(task);
  if (sequence.shifts_s.empty()) {
    gather_whole_rows(sequence, start_s, rule, task);
  } else {
    gather_shifted_rows(sequence, start_s, rule, neurons, task);
  }
}

void gather_video(const Session& session, double start_s, const WindowRule& rule,
                  const Delivery& delivery, std::span<std::byte> out) {
  ENIGMA_CHECK(session.parts().screen.has_value(),
               "session has no screen: ask has(\"screen\") first");
  const Screen& screen = *session.parts().screen;
  const auto channels = static_cast<size_t>(screen.channels);
  const auto area = static_cast<size_t>(screen.height * screen.width);
  const size_t plane = static_cast<size_t>(rule.samples) * area * bytes_of(delivery.element);
  check_scaling(delivery.scaling, screen.channels);
  ENIGMA_CHECK(out.size() == channels * plane, "buffer is not channels x samples x height x width");
  std::vector<int64_t> columns(channels == 1 ? 0 : area);
  for (size_t c = 0; c < channels; ++c) {
    for (size_t p = 0; p < columns.size(); ++p) {
      columns[p] = static_cast<int64_t>(p * channels + c);
    }
    RowScaling scaling;
    scaling.add(delivery.scaling, c, area);
    RowTask task{.columns = channels == 1 ? nullptr : columns.data(),
                 .count = area,
                 .element = delivery.element,
                 .out = out.data() + c * plane};
    scaling.apply_to(task);
    gather_channel(screen, start_s, rule, task);
  }
}

void gather_signals(const Session& session, const std::string& modality, double start_s,
                    int64_t samples, double rate_hz, const Delivery& delivery,
                    std::span<std::byte> out) {
  const Sequence& sequence = sequence_of(session, modality);
  check_scaling(delivery.scaling, sequence.signals);
  const size_t row_size = static_cast<size_t>(samples) * bytes_of(delivery.element);
  ENIGMA_CHECK(out.size() == static_cast<size_t>(sequence.signals) * row_size,
               "buffer is not signals x samples");
  const RowPlaces finder(sequence);
  std::vector<int64_t> places(static_cast<size_t>(samples));
  for (int64_t signal = 0; signal < sequence.signals; ++signal) {
    for (int64_t k = 0; k < samples; ++k) {
      places[static_cast<size_t>(k)] = finder.place(sample_time(start_s, k, rate_hz), signal);
    }
    RowScaling scaling;
    scaling.add(delivery.scaling, static_cast<size_t>(signal), places.size());
    RowTask task{.type = sequence.type,
                 .count = places.size(),
                 .element = delivery.element,
                 .out = out.data() + static_cast<size_t>(signal) * row_size};
    scaling.apply_to(task);
    gather_places(sequence, places, task);
  }
}

void expect_window(const Session& session, double start_s, const WindowRule& rule) {
  const double last_s = sample_time(start_s, rule.samples - 1, rule.rate_hz);
  for (const auto& [name, sequence] : session.parts().sequences) {
    const int64_t from = std::clamp<int64_t>(row_at(sequence, start_s, kNudge), 0, sequence.rows);
    const int64_t to =
        std::clamp<int64_t>(row_at(sequence, last_s, kNudge) + 1, from, sequence.rows);
    sequence.mapping.expect(sequence.row(from),
                            static_cast<size_t>(sequence.row(to) - sequence.row(from)));
  }
  if (session.parts().screen) {
    const Screen& screen = *session.parts().screen;
    FrameReader(screen).expect(frame_at(screen, start_s), frame_at(screen, last_s));
  }
}

}  // namespace enigma::recordings::gather
