// Where the numbers of a window stand in a stored sequence, exactly as read_row finds them.
#pragma once

#include "recordings/format/sequence.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings::gather {

inline constexpr int64_t kNoPlace = -1;

/// The sequence must outlive it.
class RowPlaces {
 public:
  explicit RowPlaces(const Sequence& sequence);

  /// The row at time t of a sequence without shifts; empty where none stands.
  std::span<const std::byte> row(double t_s) const;
  /// The index, in the whole sequence, of a signal's number at time t, or kNoPlace.
  int64_t place(double t_s, int64_t signal) const;
  /// The same of many signals (indices below sequence.signals) that have shifts; one result a
  /// signal.
  void places(double t_s, std::span<const int64_t> signals, std::span<int64_t> out);

 private:
  bool holds(double t_s) const;

  const Sequence& sequence_;
  double slack_s_, from_s_, to_s_;  // found once: with shifts it takes a look at all of them
  std::vector<double> rows_;        // scratch
};

}  // namespace enigma::recordings::gather
