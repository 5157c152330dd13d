// The model with its optimisers: what a step changes and a checkpoint holds.
#pragma once

#include "model/brain/brain_model.h"
#include "sweeps/point.h"
#include "worker/corpus.h"
#include "worker/evaluation.h"
#include "worker/optimizer.h"

#include <filesystem>
#include <map>
#include <vector>

namespace enigma::worker {

struct Learner {
  model::BrainModel model;
  SharedOptimizer shared;
  std::vector<SessionOptimizer> sessions;  ///< in the corpus's order

  /// A fresh model drawn from the point's seed; output biases begin at the inverse softplus of the
  /// neurons' mean rates unless the point says `"bias": "published"`.
  Learner(const sweeps::Point& point, const Corpus& corpus, const std::map<size_t, Rates>& rates);
};

/// x with ln(1 + e^(x/10))·10 = rate: softplus with β 0.1 undone. Rates below 1e-3 count as 1e-3.
double inverse_softplus(double rate);

/// shared.safetensors and session-NAME.safetensors: parameters under their published names, beside
/// them `.exp_avg`, `.exp_avg_sq` and `.step`.
void write_shards(const Learner& learner, const Corpus& corpus,
                  const std::filesystem::path& folder);

/// The reverse, bit for bit. Throws Ending(74) where names or shapes are another model's.
void read_shards(Learner& learner, const Corpus& corpus, const std::filesystem::path& folder);

}  // namespace enigma::worker
