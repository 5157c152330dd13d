// Test loss, baseline and single-trial correlation of the evaluation sessions. Deterministic: the
// windows are disjoint, and a window's neuron order follows from the session and the window alone.
#pragma once

#include "model/brain/brain_model.h"
#include "worker/brain/corpus.h"
#include "worker/brain/strategies.h"
#include "worker/parallel/ranks.h"
#include "worker/protocol/report.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace enigma::worker {

/// Mean responses of a session's neurons: over the target samples of its training windows (the
/// baseline), and over whole training windows (where output biases begin).
struct Rates {
  std::vector<double> targets, windows;
};
Rates rates_of(const CorpusSession& session, const recordings::WindowRule& rule);

/// What the model predicts of some windows of a session, on the host, element by element in the
/// model's order (target slots, neurons, samples of a slot).
struct Predicted {
  size_t session = 0;
  std::vector<double> starts_s;         ///< of the windows
  at::Tensor predictions, labels, ids;  ///< (windows, K); rows of the session's neurons
  at::Tensor positions;                 ///< (K) sample within the window
};

class Evaluation {
 public:
  /// `strategies`: those of `evaluation.strategies`. Where no tier is asked for it is `test`, or
  /// `validation` where not every evaluation session has a test window. Throws Ending(65) where
  /// there are no such windows, and Ending(64) for a strategy that reconstructs no responses.
  Evaluation(const Corpus& corpus, StrategyTable strategies, const std::map<size_t, Rates>& rates,
             int64_t windows_per_batch, const std::string& tier = {});

  /// One report per strategy: loss = sum over all target elements of the evaluation sessions /
  /// their number; baseline_loss the same of each neuron's mean; correlation per neuron, its mean
  /// over neurons and standard error. A rank scores the sessions of its lanes; all give the same.
  /// `watch`, where given, sees what each strategy predicts here.
  using Watch = std::function<void(size_t strategy, const Predicted&)>;
  std::vector<protocol::Eval> run(model::BrainModel& model, int64_t step,
                                  const parallel::Ranks& ranks, const Watch& watch = {});

  /// Gives everything that a strategy of strategies() predicts to `take`, session by session.
  void predict(model::BrainModel& model, size_t strategy,
               const std::function<void(const Predicted&)>& take);

  const StrategyTable& strategies() const { return strategies_; }
  const std::string& tier() const { return tier_; }
  /// Forward passes of one window that a run costs.
  int64_t windows() const;

 private:
  struct SessionScore;
  struct EvaluatedSession {
    size_t index = 0;
    std::vector<double> starts_s;
    at::Tensor baseline;  ///< (neurons) float32
  };
  void choose_tier(const std::vector<std::string>& tiers);
  protocol::Eval evaluate(model::BrainModel& model, size_t strategy, int64_t step,
                          const parallel::Ranks& ranks, const Watch& watch);
  void score(model::BrainModel& model, size_t strategy, const EvaluatedSession& session,
             const Watch& watch, SessionScore& score);
  void predict_session(model::BrainModel& model, size_t strategy, const EvaluatedSession& session,
                       const std::function<void(const Predicted&)>& take);

  const Corpus& corpus_;
  StrategyTable strategies_;
  int64_t windows_per_batch_;
  std::string tier_;
  std::vector<EvaluatedSession> sessions_;
};

}  // namespace enigma::worker
