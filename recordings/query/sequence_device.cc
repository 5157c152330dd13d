#include "recordings/query/sequence_device.h"

#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/format/problem.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace enigma::recordings::query {
namespace {

// The option `normalize` never changed a value; it only insists on statistics of this shape.
void check_statistics(const SequenceDevice& device, std::vector<Diagnostic>& diagnostics) {
  for (const char* name : {"means.npy", "stds.npy"}) {
    const std::filesystem::path file = device.folder / "meta" / name;
    const Parsed<NpyArray> array = open_npy(file);
    diagnostics.insert(diagnostics.end(), array.diagnostics.begin(), array.diagnostics.end());
    if (!array.ok()) { continue; }
    const auto& shape = array.value->shape;
    if (shape.empty() || shape[0] != device.sequence.signals) {
      diagnostics.push_back(problem_in(file, "shape", "does not fit the option normalize",
                                       std::to_string(device.sequence.signals) + " rows",
                                       shape.empty() ? "()" : std::to_string(shape[0])));
    }
  }
}

void take_mode(SequenceDevice& device, Fields& fields, std::vector<Diagnostic>& diagnostics) {
  const std::string mode = fields.text_or("interpolation_mode", "nearest_neighbor");
  device.linear = mode == "linear";
  if (!device.linear && mode != "nearest_neighbor") {
    diagnostics.push_back(problem_in(device.folder, "/interpolation_mode",
                                     "interpolation is not known", "nearest_neighbor or linear",
                                     mode));
  }
}

int64_t row_of(const Sequence& sequence, double t_s, size_t signal) {
  const double shift_s = sequence.shifts_s.empty() ? 0 : sequence.shifts_s[signal];
  // Inside the valid interval only rounding can reach below the first row.
  return std::max<int64_t>(0, row_at(sequence, t_s - shift_s));
}

// Does every signal have the row at t, and `beyond` more?
bool has_rows(const Sequence& sequence, double t_s, int64_t beyond) {
  if (sequence.shifts_s.empty()) { return row_of(sequence, t_s, 0) + beyond < sequence.rows; }
  for (size_t n = 0; n < sequence.shifts_s.size(); ++n) {
    if (row_of(sequence, t_s, n) + beyond >= sequence.rows) { return false; }
  }
  return true;
}

void copy_row(const SequenceDevice& device, double t_s, std::byte* out) {
  const Sequence& sequence = device.sequence;
  const auto signals = static_cast<size_t>(sequence.signals);
  const size_t bytes = bytes_of(sequence.type);
  if (signals == 0) { return; }
  if (sequence.shifts_s.empty() && !device.cached) {
    std::memcpy(out, sequence.row(row_of(sequence, t_s, 0)), signals * bytes);
    return;
  }
  for (size_t n = 0; n < signals; ++n) {
    const std::byte* source = sequence.row(row_of(sequence, t_s, n)) + n * bytes;
    if (!device.cached) {
      std::memcpy(out + n * bytes, source, bytes);
      continue;
    }
    float value = 0;
    to_float(source, sequence.type, {&value, 1});
    std::memcpy(out + n * sizeof value, &value, sizeof value);
  }
}

double number_in(const SequenceDevice& device, int64_t row, size_t signal) {
  const Sequence& sequence = device.sequence;
  if (!device.cached) { return number_at(sequence.row(row), sequence.type, signal); }
  float value = 0;
  to_float(sequence.row(row) + signal * bytes_of(sequence.type), sequence.type, {&value, 1});
  return value;
}

// The weights as published, to the last bit: they look at the clock of the experiment, where a
// period is rounded (in epoch seconds to 2.4e-7 s), except for shifted signals.
void mix_rows(const SequenceDevice& device, double t_s, double* out) {
  const Sequence& sequence = device.sequence;
  const double period_s = 1.0 / sequence.rate_hz;
  const bool shifted = !sequence.shifts_s.empty();
  const double origin_s = shifted ? 0 : sequence.start_s;
  for (size_t n = 0; n < static_cast<size_t>(sequence.signals); ++n) {
    const double at_s = shifted ? t_s - sequence.shifts_s[n] - sequence.start_s : t_s;
    const int64_t row = row_of(sequence, t_s, n);
    const double lower_s = origin_s + static_cast<double>(row) * period_s;
    const double upper_s = origin_s + static_cast<double>(row + 1) * period_s;
    const double span_s = upper_s - lower_s;
    out[n] = (upper_s - at_s) / span_s * number_in(device, row, n) +
             (at_s - lower_s) / span_s * number_in(device, row + 1, n);
  }
}

// A column that is NaN throughout stays NaN.
void fill_nans(std::vector<double>& values, size_t signals) {
  for (size_t n = 0; n < signals; ++n) {
    double sum = 0;
    int64_t count = 0;
    for (size_t i = n; i < values.size(); i += signals) {
      if (!std::isnan(values[i])) { sum += values[i], ++count; }
    }
    if (count == 0) { continue; }
    for (size_t i = n; i < values.size(); i += signals) {
      if (std::isnan(values[i])) { values[i] = sum / static_cast<double>(count); }
    }
  }
}

Answer ask_linear(const SequenceDevice& device, const std::vector<double>& times_s,
                  const std::vector<int64_t>& inside) {
  Answer answer;
  answer.type = NumberType::f64;
  const auto signals = static_cast<size_t>(device.sequence.signals);
  for (int64_t i : inside) {
    if (has_rows(device.sequence, times_s[static_cast<size_t>(i)], 1)) {
      answer.valid.push_back(i);
    }
  }
  std::vector<double> values(answer.valid.size() * signals);
  for (size_t i = 0; i < answer.valid.size(); ++i) {
    mix_rows(device, times_s[static_cast<size_t>(answer.valid[i])], values.data() + i * signals);
  }
  if (!device.keep_nans) { fill_nans(values, signals); }
  store(answer, values);
  return answer;
}

Answer ask_nearest(const SequenceDevice& device, const std::vector<double>& times_s,
                   const std::vector<int64_t>& inside) {
  Answer answer;
  answer.type = device.type();
  for (int64_t i : inside) {
    if (has_rows(device.sequence, times_s[static_cast<size_t>(i)], 0)) {
      answer.valid.push_back(i);
    }
  }
  const size_t row_bytes = static_cast<size_t>(device.sequence.signals) * bytes_of(answer.type);
  answer.bytes.resize(answer.valid.size() * row_bytes);
  for (size_t i = 0; i < answer.valid.size(); ++i) {
    copy_row(device, times_s[static_cast<size_t>(answer.valid[i])],
             answer.bytes.data() + i * row_bytes);
  }
  if (answer.valid.size() < inside.size()) {
    answer.warnings.push_back(problem_in(
        device.folder, "data",
        std::to_string(inside.size() - answer.valid.size()) + " times lie past the last row",
        "a row for every time up to end_time", std::to_string(device.sequence.rows) + " rows"));
    answer.warnings.back().severity = Severity::warning;
  }
  return answer;
}

}  // namespace

NumberType SequenceDevice::type() const {
  return cached ? NumberType::f32 : sequence.type;
}

Parsed<SequenceDevice> open_sequence_device(const std::filesystem::path& folder,
                                            const nlohmann::json& meta,
                                            const nlohmann::json& config) {
  Parsed<SequenceDevice> parsed;
  Parsed<Sequence> sequence = open_sequence(folder, meta);
  parsed.diagnostics = std::move(sequence.diagnostics);
  SequenceDevice device{folder, {}, false, false, false};
  Fields fields(config, folder, "", parsed.diagnostics);
  take_mode(device, fields, parsed.diagnostics);
  device.keep_nans = fields.flag_or("keep_nans", false);
  const bool cache = fields.flag_or("cache_data", false);
  const bool normalize = fields.flag_or("normalize", false);
  if (has_errors(parsed.diagnostics) || !sequence.ok()) { return parsed; }
  device.sequence = std::move(*sequence.value);
  device.cached = cache && device.sequence.in_memory_file;
  if (normalize) { check_statistics(device, parsed.diagnostics); }
  if (!has_errors(parsed.diagnostics)) { parsed.value = std::move(device); }
  return parsed;
}

Clock clock_of(const SequenceDevice& device) {
  const Sequence& sequence = device.sequence;
  return {sequence.start_s, sequence.end_s, sequence.valid_from_s(), sequence.valid_to_s()};
}

Parsed<Answer> ask(const SequenceDevice& device, const std::vector<double>& times_s) {
  const Clock clock = clock_of(device);
  const auto inside = times_inside(times_s, clock.valid_from_s, clock.valid_to_s);
  // Nothing asked for inside: the stored type even where linear would give float64, as published.
  Answer answer = device.linear && !inside.empty() ? ask_linear(device, times_s, inside)
                                                   : ask_nearest(device, times_s, inside);
  answer.shape = {static_cast<int64_t>(answer.valid.size()), device.sequence.signals};
  return {std::move(answer), {}};
}

}  // namespace enigma::recordings::query
