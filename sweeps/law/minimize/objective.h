// What is minimised: a loss function of residuals, in log or linear space, summed or averaged.
#pragma once

#include "diagnostics/diagnostic.h"

#include <Eigen/Core>

#include <string>
#include <string_view>

namespace enigma::law {

enum class ObjectiveKind { huber, l1, l2, student };
enum class Space { log, linear };
enum class Reduction { sum, mean };

/// r = log predicted − log observed (log) or predicted − observed (linear).
/// huber: r²/2 inside δ, δ(|r| - δ/2) outside; l1: |r|; l2: r²; student: −log density of Student's
/// t at r, with its width estimated jointly. Sum of w*rho, or its mean.
struct Objective {
  ObjectiveKind kind = ObjectiveKind::huber;
  double delta = 1e-3;  ///< of huber; for l1 the width inside which the minimiser rounds the corner
  double freedom = 4;   ///< of student: its degrees of freedom ν
  Space space = Space::log;
  Reduction reduction = Reduction::sum;
};

/// Reads `huber:1e-3`, `l1`, `l2`, `student:4`; anything else is answered with what exists.
Parsed<Objective> parse_objective(std::string_view text);
std::string name_of(ObjectiveKind kind);

/// The objective's loss of one residual, exactly as defined (l1 with its corner); `width` is that
/// of student.
double rho(const Objective& objective, double residual, double width = 1);

/// ψ = dρ/dr of one residual; l1 is rounded inside δ.
double psi(const Objective& objective, double residual, double width = 1);

/// ψ = clamp(r, ±limit)·slope for all kinds but student (the limit of l2 is infinite).
struct Clamp {
  double limit = 0, slope = 1;
};
Clamp clamp_of(const Objective& objective);

}  // namespace enigma::law
