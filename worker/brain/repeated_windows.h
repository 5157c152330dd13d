// What is predicted of stimuli that were shown more than once, held against the best that anybody
// could: FEVE and CCnorm (recordings/scores/repeats.h).
#pragma once

#include "recordings/scores/repeats.h"
#include "worker/brain/corpus.h"
#include "worker/brain/evaluation.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace enigma::worker {

/// Means over the neurons of all sessions; nothing where no stimulus repeats.
struct RepeatScore {
  std::optional<double> feve;    ///< of neurons whose explainable fraction is at least 0.15
  std::optional<double> ccnorm;  ///< of neurons with a signal; only where all repeat equally often
  int64_t feve_neurons = 0, ccnorm_neurons = 0;
};

/// Gathers windows. A stimulus is one moment of what a trial shows: its name and the time since its
/// onset, in samples. Moments of which not every neuron is predicted are left out.
class RepeatedWindows {
 public:
  explicit RepeatedWindows(const Corpus& corpus) : corpus_(corpus) {}

  void add(const Predicted& some);
  RepeatScore score() const;

 private:
  struct Moments {
    recordings::scores::RepeatedTrials trials;
    std::map<std::pair<std::string, int64_t>, int64_t> stimuli;  ///< their numbers
  };
  void add_window(Moments& moments, const CorpusSession& session, double start_s,
                  const at::Tensor& predictions, const at::Tensor& responses);

  const Corpus& corpus_;
  std::map<size_t, Moments> sessions_;
};

}  // namespace enigma::worker
