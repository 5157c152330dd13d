// What a run has reported of its steps, as the stop rules of its sweep ask for it.
#pragma once

#include "input/condition.h"
#include "worker/protocol/report.h"
#include "worker/protocol/stop_rule.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace enigma::decide {

/// The lowest mean training loss that runs of a sweep have reached within so many FLOPs.
class LossFrontier {
 public:
  void add(double flops, double loss);
  std::optional<double> at(double flops) const;

 private:
  std::map<double, double> steps_;  ///< FLOPs → loss, both strictly monotone
};

/// One run's last steps, for one rule. A report may stand for several steps.
class Trace {
 public:
  explicit Trace(int64_t over_steps) : over_steps_(over_steps) {}

  /// In order of steps; what lies at or behind a step that was reported before replaces it: the
  /// run went back.
  void add(const protocol::Metrics& metrics);

  /// FLOPs at the last report, and the mean training loss up to there; nothing before `over_steps`
  /// steps have been reported.
  std::optional<double> mean_loss() const;
  double flops() const { return samples_.empty() ? 0 : samples_.back().flops; }

  /// `step`; `progress`, its share of the target; over the last steps `train_loss` and `mfu_step`;
  /// `gain`: by how much of itself the loss fell from the mean of the steps before to that of the
  /// last; `rise`: by how much it lies above its lowest mean; `behind`: by how much it lies above
  /// the frontier at its FLOPs. What is not known yet holds no comparison.
  NamedValues values(int64_t target_step, const LossFrontier& frontier) const;

 private:
  struct Sample {
    int64_t step = 0;
    double flops = 0;
    std::optional<double> loss, mfu;
  };
  using Field = std::optional<double> Sample::*;
  std::optional<double> mean(Field field, int64_t from, int64_t to) const;

  int64_t over_steps_;
  std::optional<int64_t> first_;  ///< step that the trace begins behind
  std::deque<Sample> samples_;    ///< of the last 2 · over_steps
  std::optional<double> lowest_;
};

/// Why a run is to be held: the rule, and what it was measured by. Nothing: the rule doesn't hold.
std::optional<std::string> stopped_by(const protocol::StopRule& rule, const Trace& trace,
                                      int64_t target_step, const LossFrontier& frontier);

}  // namespace enigma::decide
