// The optimiser of the parameters of all sessions: AdamW, and Muon for the matrices where a point
// asks for it. Ranks sum their gradients first; how they share the rest is a parallel form's
// affair, which the passes of a step tell where they are.
#pragma once

#include "worker/clock/clock.h"
#include "worker/optimizer/adamw.h"
#include "worker/optimizer/muon.h"
#include "worker/optimizer/route.h"
#include "worker/optimizer/state_pieces.h"
#include "worker/parallel/around_blocks.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace enigma::worker {

/// Learning rates of one step.
struct SharedRates {
  double adamw = 0;
  double muon = 0;
};

/// What is stepped how.
struct SharedSettings {
  AdamW adamw = shared_adamw();
  Muon muon;
  std::set<std::string> matrices;  ///< names of those that Muon steps
  /// What AdamW's learning rate of a parameter is multiplied by; of those not named: 1. Muon's is
  /// scaled by the matrix's own sizes.
  std::map<std::string, double> rate_scales = {};
  /// What the names of the parameters of each block of the forward pass begin with, in its order.
  std::vector<std::string> blocks;

  double rate_scale(const std::string& parameter) const {
    const auto found = rate_scales.find(parameter);
    return found == rate_scales.end() ? 1 : found->second;
  }
};

class SharedOptimizer : public parallel::AroundBlocks {
 public:
  /// A pass of a lane begins: `is_last` of this step on this rank.
  virtual void begin_pass(bool is_last) = 0;
  /// Its backward has ended.
  virtual void end_pass() {}

  /// After the last pass: what has not left yet leaves.
  virtual void start_sums() = 0;
  /// Gradients are their sums over ranks afterwards.
  virtual void wait_for_sums() = 0;

  /// Norm of the mean over `lanes`, before clipping.
  double norm(int64_t lanes) const;

  /// Clips the mean over `lanes` to norm 1, steps, and zeroes the gradients. Returns the norm
  /// before clipping; where that is not finite, nothing is stepped.
  double step(SharedRates rates, int64_t lanes);

  /// What this rank holds of the gradients that step() would take.
  virtual std::vector<at::Tensor> gradients() const = 0;
  /// Zeroes them instead of stepping.
  void drop_gradients() const;

  /// All values are whole on every rank until they are let go: for scores.
  virtual void hold_values() = 0;
  virtual void release_values() {}

  /// Parameters under their names; `NAME.exp_avg`, `NAME.exp_avg_sq` and `NAME.step` of AdamW (one
  /// step count for all), `NAME.momentum_buffer` of Muon. What another rank holds is not among
  /// them. Copying into them sets them.
  virtual std::vector<StatePiece> state() = 0;

  /// How each parameter travels in a step, in their order. The same on all ranks.
  virtual std::vector<Route> routes() const = 0;

  /// What was waited for other ranks since this was asked last.
  std::vector<Lap> take_waits() { return std::exchange(waits_, {}); }
  /// Waited elsewhere, and told with the rest.
  void add_wait(const Lap& wait) { waits_.push_back(wait); }

 protected:
  /// Of all gradients, summed over ranks: known since wait_for_sums().
  virtual double squares() const = 0;
  /// Steps with gradients divided by `divisor`, and zeroes them.
  virtual void take_step(SharedRates rates, double divisor) = 0;

  /// Runs what waits for others, and counts its time.
  template <typename Wait>
  void waiting(const Wait& wait) {
    Stopwatch watch;
    wait();
    waits_.push_back(watch.lap());
  }

 private:
  std::vector<Lap> waits_;
};

/// Sums and step in one call, where nothing is to run beside the sums. Returns the norm.
double sum_and_step(SharedOptimizer& optimizer, SharedRates rates, int64_t lanes);

/// The block that a parameter belongs to; nothing: none.
std::optional<size_t> block_of(const std::string& parameter,
                               const std::vector<std::string>& blocks);

}  // namespace enigma::worker
