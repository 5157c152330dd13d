// The parts of steps one after the other, as Chrome's and Perfetto's viewers read them: the
// readings of the clock that the reports' sums are made of, kept.
#pragma once

#include "worker/clock/clock.h"
#include "worker/trace/part.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace enigma::worker {

class Trace {
 public:
  /// What a rank holds at most; what comes later is counted and left out.
  static constexpr size_t kSpansMax = size_t{1} << 18;

  /// Of a rank, under the name of its row. `epoch_s`: what is to be added to the clock of laps, so
  /// that it counts from the epoch, as that of other machines.
  Trace(int64_t rank, std::string name, double epoch_s, size_t spans_max = kSpansMax)
      : rank_(rank), name_(std::move(name)), epoch_s_(epoch_s), spans_max_(spans_max) {}

  void add(Part part, const Lap& lap) { add({part, -1, lap}); }
  /// A whole step, which its parts lie in.
  void add_step(int64_t step, const Lap& lap) { add({Part::data, step, lap}); }

  /// The events as JSON values with commas between them: those of several ranks, with commas
  /// between them, are the events of one document. A rank is a process of it, which has at least
  /// its name.
  std::string events() const;
  size_t left_out() const { return left_out_; }

 private:
  struct Span {
    Part part = Part::data;
    int64_t step = -1;  ///< of a whole step
    Lap lap;
  };
  void add(const Span& span);

  int64_t rank_;
  std::string name_;
  double epoch_s_;
  size_t spans_max_;
  std::vector<Span> spans_;
  size_t left_out_ = 0;
};

/// A trace of the events of some ranks; `left_out` spans are told in it.
std::string trace_document(const std::vector<std::string>& events, size_t left_out);

}  // namespace enigma::worker
