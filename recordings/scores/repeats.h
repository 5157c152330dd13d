// What repeats of a stimulus tell: how much of a neuron's variance can be predicted at all, and how
// much of that a prediction explains. One value per neuron, float64 (reference: model.md 1.6).
#pragma once

#include <cstdint>
#include <vector>

namespace enigma::recordings::scores {

/// Trials × neurons, row-major. Trials of one stimulus share its id; they need not stand together,
/// and stimuli may differ in their number of repeats.
struct RepeatedTrials {
  int64_t neurons = 0;
  std::vector<int64_t> stimulus;  ///< per trial
  std::vector<double> responses, predictions;
};

/// Per neuron; NaN where a value is not defined (nothing varies, one stimulus only).
struct RepeatScores {
  std::vector<double> corr_single_trial;  ///< r over all trials
  std::vector<double> corr_to_average;    ///< r of the stimuli's averages
  std::vector<double> fev;   ///< (total − noise) / total: fraction of variance that is
                             ///< explainable; noise = mean over stimuli of the variance
                             ///< within one (n − 1), total = variance of all trials
  std::vector<double> feve;  ///< 1 − (mean squared error − noise) / (total − noise)
  std::vector<double> explainable_var;      ///< (total − noise) / (total + 1e-9)
  std::vector<double> oracle_jackknife;     ///< r of each trial with the average of the others
  std::vector<double> oracle_conservative;  ///< r of each trial with the average of all
  std::vector<double> snr;  ///< of 2√(x + 3/8): variance of averages (n) / mean variance (n − 1)
  /// Schoppe et al. 2016; empty where stimuli differ in their number of repeats R:
  std::vector<double> signal_power;  ///< (Var(Σ y) − Σ Var(y)) / (R (R − 1)), variances n − 1
  std::vector<double> ccnorm;        ///< Cov(p, ȳ) / √(Var(p) · signal power)
};

/// Stimuli shown once have no noise and no oracle: they are left out of both.
RepeatScores score_repeats(const RepeatedTrials& trials);

/// The mean FEVE of the neurons whose FEV is at least `least` (published: 0.15).
struct FeveMean {
  double mean = 0;  ///< NaN where no neuron is kept
  int64_t kept = 0;
};
FeveMean mean_feve(const RepeatScores& scores, double least = 0.15);

/// Gini coefficient: 0 where all values are equal, near 1 where one holds everything.
double gini(std::vector<double> values);

}  // namespace enigma::recordings::scores
