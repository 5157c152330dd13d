#include "recordings/format/sequence.h"

#include "diagnostics/nearest.h"
#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/format/problem.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

namespace enigma::recordings {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

void take_array(Sequence& sequence, const std::filesystem::path& path,
                std::vector<Diagnostic>& diagnostics) {
  Parsed<NpyArray> array = open_npy(path);
  if (!array.ok()) {
    diagnostics.insert(diagnostics.end(), array.diagnostics.begin(), array.diagnostics.end());
    return;
  }
  const auto& shape = array.value->shape;
  if (shape.empty() || shape.size() > 2) {
    diagnostics.push_back(problem_in(path, "shape", "not a table of samples", "(samples, signals)",
                                     std::to_string(shape.size()) + " axes"));
    return;
  }
  sequence.rows = shape[0];
  sequence.signals = shape.size() == 2 ? shape[1] : 1;
  sequence.type = array.value->type;
  sequence.data = array.value->data;
  sequence.mapping = std::move(array.value->mapping);
}

void take_memory(Sequence& sequence, const std::filesystem::path& folder, Fields& fields,
                 std::vector<Diagnostic>& diagnostics) {
  const std::filesystem::path path = folder / "data.mem";
  sequence.rows = fields.count("n_timestamps");
  sequence.signals = fields.count("n_signals");
  const std::string name = fields.text("dtype");
  const std::optional<NumberType> type = type_of_name(name);
  if (!type) {
    const std::array<std::string, 3> usual = {"float16", "float32", "float64"};
    diagnostics.push_back(problem_in(folder / "meta.yml", "/dtype", "number type is not known",
                                     "a numpy number type", name));
    diagnostics.back().suggestion = suggest_name(name, usual);
    return;
  }
  sequence.type = *type;
  int64_t bytes = 0;
  const bool overflow = __builtin_mul_overflow(sequence.rows, sequence.signals, &bytes) ||
                        __builtin_mul_overflow(bytes, int64_t(bytes_of(*type)), &bytes);
  try {
    sequence.mapping = MappedFile(path);
  } catch (const std::system_error& error) {
    diagnostics.push_back(unopened(path, "the numbers of the sequence", error.code().message()));
    return;
  }
  const auto have = static_cast<int64_t>(sequence.mapping.bytes().size());
  if (overflow || have < bytes) {
    diagnostics.push_back(problem_in(path, "data", "file is truncated, or meta.yml says too much",
                                     "n_timestamps x n_signals x " + std::string(name_of(*type)) +
                                         " = " + (overflow ? "too many" : std::to_string(bytes)) +
                                         " bytes",
                                     std::to_string(have)));
  }
  sequence.data = sequence.mapping.bytes().data();
}

void take_shifts(Sequence& sequence, const std::filesystem::path& path,
                 std::vector<Diagnostic>& diagnostics) {
  const Parsed<NpyArray> array = open_npy(path);
  diagnostics.insert(diagnostics.end(), array.diagnostics.begin(), array.diagnostics.end());
  if (!array.ok()) { return; }
  if (array.value->elements != sequence.signals) {
    diagnostics.push_back(problem_in(path, "shape", "not one shift per signal",
                                     std::to_string(sequence.signals),
                                     std::to_string(array.value->elements)));
    return;
  }
  for (int64_t i = 0; i < sequence.signals; ++i) {
    sequence.shifts_s.push_back(
        number_at(array.value->data, array.value->type, static_cast<size_t>(i)));
  }
  if (!std::all_of(sequence.shifts_s.begin(), sequence.shifts_s.end(),
                   [](double s) { return std::isfinite(s); })) {
    diagnostics.push_back(
        problem_in(path, "data", "a shift is not finite", "seconds", "NaN or infinity"));
  }
}

bool clock_tells_rows_apart(const Sequence& sequence) {
  const double latest_s = std::max({1.0, std::abs(sequence.start_s), std::abs(sequence.end_s)});
  return 1.0 / sequence.rate_hz >= latest_s * std::numeric_limits<double>::epsilon();
}

bool read_shifted(const Sequence& sequence, double t_s, double nudge, std::span<float> out) {
  bool whole = true;
  for (size_t n = 0; n < out.size(); ++n) {
    // Inside the valid interval only rounding can reach below the first row.
    const int64_t index = std::max<int64_t>(0, row_at(sequence, t_s - sequence.shifts_s[n], nudge));
    const bool inside = index < sequence.rows;
    whole = whole && inside;
    out[n] = inside ? static_cast<float>(number_at(sequence.row(index), sequence.type, n)) : kNan;
  }
  return whole;
}

}  // namespace

double Sequence::valid_from_s() const {
  return shifts_s.empty() ? start_s : start_s + *std::max_element(shifts_s.begin(), shifts_s.end());
}

double Sequence::valid_to_s() const {
  return shifts_s.empty() ? end_s : end_s + *std::min_element(shifts_s.begin(), shifts_s.end());
}

const std::byte* Sequence::row(int64_t index) const {
  return data + static_cast<size_t>(index * signals) * bytes_of(type);
}

Parsed<Sequence> open_sequence(const std::filesystem::path& folder, const nlohmann::json& meta) {
  Parsed<Sequence> parsed;
  Sequence sequence;
  Fields fields(meta, folder / "meta.yml", "", parsed.diagnostics);
  sequence.start_s = fields.number("start_time");
  sequence.end_s = fields.number("end_time");
  sequence.rate_hz = fields.number("sampling_rate");
  if (!has_errors(parsed.diagnostics) && sequence.rate_hz <= 0) {
    parsed.diagnostics.push_back(problem_in(folder / "meta.yml", "/sampling_rate",
                                            "rate is not positive", "samples per second",
                                            std::to_string(sequence.rate_hz)));
  }
  if (!has_errors(parsed.diagnostics) && !clock_tells_rows_apart(sequence)) {
    parsed.diagnostics.push_back(
        problem_in(folder / "meta.yml", "/sampling_rate",
                   "float64 seconds do not tell two rows apart at this rate and time",
                   "a lower rate, or a clock that starts later", std::to_string(sequence.rate_hz)));
  }
  if (!has_errors(parsed.diagnostics) && sequence.end_s < sequence.start_s) {
    parsed.diagnostics.push_back(problem_in(folder / "meta.yml", "/end_time",
                                            "ends before it starts", "at least start_time",
                                            std::to_string(sequence.end_s)));
  }
  sequence.in_memory_file = fields.flag_or("is_mem_mapped", false);
  if (sequence.in_memory_file) {
    take_memory(sequence, folder, fields, parsed.diagnostics);
  } else {
    take_array(sequence, folder / "data.npy", parsed.diagnostics);
  }
  if (!has_errors(parsed.diagnostics) && sequence.signals == 0) {
    parsed.diagnostics.push_back(problem_in(folder / "meta.yml", "/n_signals",
                                            "sequence has no signals", "at least 1", "0"));
  }
  if (!has_errors(parsed.diagnostics) && fields.flag_or("phase_shift_per_signal", false)) {
    take_shifts(sequence, folder / "meta" / "phase_shifts.npy", parsed.diagnostics);
  }
  if (!has_errors(parsed.diagnostics)) { parsed.value = std::move(sequence); }
  return parsed;
}

int64_t row_at(const Sequence& sequence, double t_s, double nudge) {
  const double place = std::floor((t_s - sequence.start_s) / (1.0 / sequence.rate_hz) + nudge);
  if (!(place >= 0)) {
    return -1;  // NaN too: a clock beyond double's range
  }
  if (place >= static_cast<double>(sequence.rows)) { return sequence.rows; }
  return static_cast<int64_t>(place);
}

bool read_row(const Sequence& sequence, double t_s, double nudge, std::span<float> out) {
  const double slack_s = nudge / sequence.rate_hz;
  const int64_t index = row_at(sequence, t_s, nudge);
  const bool inside = t_s + slack_s >= sequence.valid_from_s() && t_s <= sequence.valid_to_s();
  if (inside && !sequence.shifts_s.empty()) { return read_shifted(sequence, t_s, nudge, out); }
  if (!inside || index < 0 || index >= sequence.rows) {
    std::fill(out.begin(), out.end(), kNan);
    return false;
  }
  to_float(sequence.row(index), sequence.type, out);
  return true;
}

std::vector<bool> rows_with_nan(const Sequence& sequence) {
  std::vector<bool> bad(static_cast<size_t>(sequence.rows));
  const auto signals = static_cast<size_t>(sequence.signals);
  for (int64_t r = 0; r < sequence.rows; ++r) {
    bad[static_cast<size_t>(r)] = first_nan(sequence.row(r), sequence.type, signals) < signals;
  }
  return bad;
}

}  // namespace enigma::recordings
