// The arithmetic of a fit, eight rows at a time: predictions of the forms with their derivatives,
// and the sums of an objective. Compiled once per vector unit and chosen when the program starts;
// every one adds the same eight lanes in the same order, so the answer is the same to the bit.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace enigma::law {

/// L = base + Σ_k exp(log_coefficient_k − exponent_k·axis_k) with at most two terms. The columns
/// take derivatives in log base, log_coefficient and log exponent; terms that share one exponent
/// share its column. A null column is not wanted.
struct TermsCall {
  std::ptrdiff_t rows = 0;
  int terms = 0;
  double base = 0;
  const double* axis[2] = {};
  double log_coefficient[2] = {}, exponent[2] = {};
  double* prediction = nullptr;
  double* by_base = nullptr;
  double* by_coefficient[2] = {};
  double* by_exponent[2] = {};
};

/// L = base + exp(log_coefficient − exponent·log(e^axis + e^shift)).
struct ShiftedCall {
  std::ptrdiff_t rows = 0;
  double base = 0, log_coefficient = 0, exponent = 0, shift = 0;
  const double* axis = nullptr;
  double* prediction = nullptr;
  double *by_base = nullptr, *by_coefficient = nullptr, *by_exponent = nullptr, *by_shift = nullptr;
};

/// L = (e^{(exponent_n/exponent_d)(log_n − axis_n)} + e^{log_d − axis_d})^exponent_d
/// (Kaplan et al. 2020, eq. 1.5); derivatives in log_n, log_d and the logs of the exponents.
struct KaplanCall {
  std::ptrdiff_t rows = 0;
  double log_n = 0, log_d = 0, exponent_n = 0, exponent_d = 0;
  const double *axis_n = nullptr, *axis_d = nullptr;
  double* prediction = nullptr;
  double *by_n = nullptr, *by_d = nullptr, *by_exponent_n = nullptr, *by_exponent_d = nullptr;
};

/// Muennighoff et al. 2023: L = base + A·N′^−alpha + B·D′^−beta with the effective sizes
/// x′ = U_x + U_x·R_x·(1 − e^{−(x/U_x − 1)/R_x}); U_D is the unique data (at most D) and U_N the
/// size that is optimal for it (at most N). `optimal_rate`, `optimal_at` give the log of that size,
/// optimal_at + optimal_rate·unique; `by_optimal` its derivatives in log A, log B, log alpha and
/// log beta at unique = 0, `by_rate` those of the rate.
struct ConstrainedCall {
  std::ptrdiff_t rows = 0;
  double base = 0;
  double log_coefficient[2] = {}, exponent[2] = {}, repeats[2] = {};  ///< of N, of D
  double optimal_at = 0, optimal_rate = 0, by_optimal[4] = {}, by_rate[4] = {};
  const double *axis_n = nullptr, *axis_d = nullptr, *unique = nullptr;
  double centre[2] = {};  ///< logs at which the two coefficients are taken
  double origin[3] = {};  ///< what to add to each axis to have its log
  double* prediction = nullptr;
  double* columns[7] = {};  ///< log base, A, B, log alpha, log beta, log R_D, log R_N
};

/// ρ(r) of huber, l1 and l2 in one expression: ψ = scale·clamp(r, ±delta), ρ = ψ(r − ψ/(2·scale)).
/// Student's t where `freedom` > 0: ψ = (freedom + 1)·r / (freedom·width² + r²).
struct ObjectiveCall {
  std::ptrdiff_t rows = 0;
  int columns = 0;
  bool logs = true;  ///< residuals of logs
  double delta = 0, scale = 1, freedom = 0, width = 1;
  double rounding = 0;  ///< |ψ| below which a gradient is not measured
  const double *prediction = nullptr, *observed = nullptr, *weight = nullptr;
  const double* jacobian = nullptr;  ///< (rows, columns), by column
  double *residual = nullptr, *slope = nullptr, *pull = nullptr, *size = nullptr;
  double *gradient = nullptr, *gradient_size = nullptr;  ///< (columns)
};

struct Kernel {
  std::string_view unit;  ///< "avx512", "avx2", "baseline"
  void (*terms)(const TermsCall&);
  void (*shifted)(const ShiftedCall&);
  void (*kaplan)(const KaplanCall&);
  void (*constrained)(const ConstrainedCall&);
  /// Sum of weight·ρ with its gradient; for Student's t without the parts that are constant.
  double (*objective)(const ObjectiveCall&);
  /// residual and slope alone.
  void (*residuals)(const ObjectiveCall&);
  /// Σ weight·(freedom + 1)·r²/(freedom·width² + r²): falls as width grows.
  double (*student_pull)(const ObjectiveCall&);
  /// out(i, j) = Σ_rows weight·slope²·jacobian_i·jacobian_j, (columns, columns).
  void (*normal)(std::ptrdiff_t rows, int columns, const double* weight, const double* slope,
                 const double* jacobian, double* out);
  void (*exp)(std::ptrdiff_t rows, const double* in, double* out);
  void (*log)(std::ptrdiff_t rows, const double* in, double* out);
};

/// The kernel of the widest vector unit that this processor has.
const Kernel& kernel();
/// Every kernel that this processor can run, widest first.
std::vector<const Kernel*> kernels();

}  // namespace enigma::law
