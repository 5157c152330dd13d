// What a sweep is to find out at a budget that it does not reach, and how well that is known.
#pragma once

#include "sweeps/law/design/posterior.h"
#include "sweeps/law/fit/fit.h"

#include <string_view>

namespace enigma::law {

enum class Asked { loss, size };

struct Question {
  Asked asked = Asked::loss;
  double flops = 0;
};

std::string_view name_of(Asked asked);

/// What the basins of a fit believe of the answer, and of the losses of `candidates`; no basin
/// where none tells of it. REQUIRES: a form that trades size for data.
Beliefs beliefs_about(const Question& question, const Fit& fit, const FitOptions& options,
                      const std::vector<Row>& candidates);

/// The answer with its interval at `level`, where `variance` is what the beliefs leave open.
Interval answer_of(const Question& question, const Beliefs& beliefs, double variance, double level);

}  // namespace enigma::law
