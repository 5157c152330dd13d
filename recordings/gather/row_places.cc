#include "recordings/gather/row_places.h"

#include "recordings/format/session_parts.h"
#include "recordings/gather/row_kernel.h"

#include <algorithm>
#include <cmath>

namespace enigma::recordings::gather {
namespace {

// row_at of many signals, each at its own shift. In float64, which holds every row exactly and
// which every vector unit divides and floors.
[[gnu::always_inline]] inline void find_rows(const Sequence& sequence, double t_s,
                                             std::span<const int64_t> signals,
                                             std::vector<double>& rows) {
  const double start_s = sequence.start_s, period_s = 1.0 / sequence.rate_hz;
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i] = t_s - sequence.shifts_s[static_cast<size_t>(signals[i])];
  }
  for (double& row : rows) { row = std::floor((row - start_s) / period_s + kNudge); }
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void find_rows_avx2(const Sequence& sequence, double t_s,
                                            std::span<const int64_t> signals,
                                            std::vector<double>& rows) {
  find_rows(sequence, t_s, signals, rows);
}
#else
void find_rows_avx2(const Sequence& sequence, double t_s, std::span<const int64_t> signals,
                    std::vector<double>& rows) {
  find_rows(sequence, t_s, signals, rows);
}
#endif

}  // namespace

RowPlaces::RowPlaces(const Sequence& sequence)
    : sequence_(sequence),
      slack_s_(kNudge / sequence.rate_hz),
      from_s_(sequence.valid_from_s()),
      to_s_(sequence.valid_to_s()) {}

bool RowPlaces::holds(double t_s) const {
  return t_s + slack_s_ >= from_s_ && t_s <= to_s_;
}

std::span<const std::byte> RowPlaces::row(double t_s) const {
  const int64_t row = row_at(sequence_, t_s, kNudge);
  if (!holds(t_s) || row < 0 || row >= sequence_.rows) { return {}; }
  const size_t bytes = static_cast<size_t>(sequence_.signals) * bytes_of(sequence_.type);
  return {sequence_.row(row), bytes};
}

int64_t RowPlaces::place(double t_s, int64_t signal) const {
  if (!holds(t_s)) { return kNoPlace; }
  const bool shifted = !sequence_.shifts_s.empty();
  const double shift_s = shifted ? sequence_.shifts_s[static_cast<size_t>(signal)] : 0;
  int64_t row = row_at(sequence_, t_s - shift_s, kNudge);
  // Inside the valid interval only rounding can reach below the first row.
  if (shifted) { row = std::max<int64_t>(0, row); }
  return row < 0 || row >= sequence_.rows ? kNoPlace : row * sequence_.signals + signal;
}

void RowPlaces::places(double t_s, std::span<const int64_t> signals, std::span<int64_t> out) {
  static const bool wide = runs_avx2();
  if (!holds(t_s)) { return std::fill(out.begin(), out.end(), kNoPlace); }
  rows_.resize(signals.size());
  if (wide) {
    find_rows_avx2(sequence_, t_s, signals, rows_);
  } else {
    find_rows(sequence_, t_s, signals, rows_);
  }
  const auto end = static_cast<double>(sequence_.rows);
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = rows_[i] < end
                 ? static_cast<int64_t>(std::max(0.0, rows_[i])) * sequence_.signals + signals[i]
                 : kNoPlace;
  }
}

}  // namespace enigma::recordings::gather
