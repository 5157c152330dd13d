// What is minimised: a loss function of residuals, in log or linear space, summed or averaged.
#pragma once

#include "diagnostics/diagnostic.h"

#include <Eigen/Core>

#include <string>
#include <string_view>

namespace enigma::law {

enum class ObjectiveKind { huber, l1, l2 };
enum class Space { log, linear };
enum class Reduction { sum, mean };

/// r = log predicted − log observed (log) or predicted − observed (linear).
/// huber: r²/2 inside δ, δ(|r| - δ/2) outside; l1: |r|; l2: r². Sum of w*rho, or its mean.
struct Objective {
  ObjectiveKind kind = ObjectiveKind::huber;
  double delta = 1e-3;  ///< of huber; for l1 the width inside which the minimiser rounds the corner
  Space space = Space::log;
  Reduction reduction = Reduction::sum;
};

/// Reads `huber:1e-3`, `l1`, `l2`; what else is asked for is answered with the list of what exists.
Parsed<Objective> parse_objective(std::string_view text);
std::string name_of(ObjectiveKind kind);

/// The objective's loss of one residual, exactly as defined (l1 with its corner).
double rho(const Objective& objective, double residual);

/// Columns that a minimiser needs: ρ and ψ = dρ/dr of residuals. l1 is rounded inside δ.
void smooth_rho(const Objective& objective, const Eigen::ArrayXd& residual, Eigen::ArrayXd& rho,
                Eigen::ArrayXd& psi);

/// ψ of one residual.
double psi(const Objective& objective, double residual);

}  // namespace enigma::law
