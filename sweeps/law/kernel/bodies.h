// The bodies of the kernel, compiled once for each vector unit (see kernel.h).
#pragma once

#include "sweeps/law/kernel/kernel.h"
#include "sweeps/law/kernel/lanes.h"

namespace enigma::law {
namespace {

inline void put(const Lanes& value, double* column, std::ptrdiff_t row, std::ptrdiff_t rows) {
  if (column != nullptr) { store(value, column + row, rows - row); }
}

void terms(const TermsCall& call) {
  const std::ptrdiff_t rows = call.rows;
  for (std::ptrdiff_t i = 0; i < rows; i += kLanes) {
    Lanes total = all(call.base), shared = all(0);
    for (int k = 0; k < call.terms; ++k) {
      const Lanes along = load(call.axis[k] + i, rows - i, 0) * all(-call.exponent[k]);
      const Lanes term = exp(along + all(call.log_coefficient[k]));
      total = total + term;
      put(term, call.by_coefficient[k], i, rows);
      const Lanes bent = term * along;
      shared = k == 0 || call.by_exponent[k] != call.by_exponent[0] ? bent : shared + bent;
      put(shared, call.by_exponent[k], i, rows);
    }
    put(total, call.prediction, i, rows);
    put(all(call.base), call.by_base, i, rows);
  }
}

/// log(e^a + e^b), and the share that e^b has in it.
inline Lanes log_sum(const Lanes& a, const Lanes& b, Lanes& share) {
  const Lanes most = larger(a, b);
  const Lanes left = exp(a - most), right = exp(b - most), total = left + right;
  share = right / total;
  return most + log(total);
}

void shifted(const ShiftedCall& call) {
  const std::ptrdiff_t rows = call.rows;
  for (std::ptrdiff_t i = 0; i < rows; i += kLanes) {
    Lanes share;
    const Lanes place = log_sum(load(call.axis + i, rows - i, 0), all(call.shift), share);
    const Lanes along = place * all(-call.exponent);
    const Lanes term = exp(along + all(call.log_coefficient));
    put(all(call.base) + term, call.prediction, i, rows);
    put(all(call.base), call.by_base, i, rows);
    put(term, call.by_coefficient, i, rows);
    put(term * along, call.by_exponent, i, rows);
    put(term * share * all(-call.exponent), call.by_shift, i, rows);
  }
}

void kaplan(const KaplanCall& call) {
  const std::ptrdiff_t rows = call.rows;
  const Lanes ratio = all(call.exponent_n / call.exponent_d);
  const Lanes exponent_d = all(call.exponent_d);
  for (std::ptrdiff_t i = 0; i < rows; i += kLanes) {
    Lanes share_d;
    const Lanes a = ratio * (all(call.log_n) - load(call.axis_n + i, rows - i, 0));
    const Lanes b = all(call.log_d) - load(call.axis_d + i, rows - i, 0);
    const Lanes both = log_sum(a, b, share_d);
    const Lanes share_n = all(1) - share_d;
    const Lanes loss = exp(exponent_d * both);
    put(loss, call.prediction, i, rows);
    put(loss * all(call.exponent_n) * share_n, call.by_n, i, rows);
    put(loss * exponent_d * share_d, call.by_d, i, rows);
    put(loss * exponent_d * share_n * a, call.by_exponent_n, i, rows);
    put(loss * exponent_d * (both - share_n * a), call.by_exponent_d, i, rows);
  }
}

/// The log of an effective size beyond `unique` (both logs), and its derivatives in the log of the
/// repeats and in `unique`.
struct Effective {
  Lanes log_size, by_repeats, by_unique;
};

inline Effective effective(const Lanes& size, const Lanes& unique, double repeats) {
  const Lanes base = larger(smaller(size, unique), size - all(300));
  const Lanes ratio = exp(size - base), excess = larger(ratio - all(1), all(0));
  const Lanes z = excess * all(1 / repeats), decay = exp(all(0) - z);
  // (1 − e^−z)/z by its series where the difference would cancel.
  Lanes series = all(1.0 / 5040);
  for (const double c : {-1.0 / 720, 1.0 / 120, -1.0 / 24, 1.0 / 6, -0.5, 1.0}) {
    series = all(c) + series * z;
  }
  const Lanes near = where_less(z, all(0.03), series, (all(1) - decay) / larger(z, all(0.03)));
  const Lanes grown = all(1) + excess * near;
  Effective out;
  out.log_size = base + log(grown);
  out.by_repeats = excess * (near - decay) / grown;
  out.by_unique = where_less(unique, size, all(1) - decay * ratio / grown, all(0));
  return out;
}

void constrained(const ConstrainedCall& call) {
  const std::ptrdiff_t rows = call.rows;
  for (std::ptrdiff_t i = 0; i < rows; i += kLanes) {
    const Lanes size = load(call.axis_n + i, rows - i, 0) + all(call.origin[0]);
    const Lanes data = load(call.axis_d + i, rows - i, 0) + all(call.origin[1]);
    const Lanes unique = load(call.unique + i, rows - i, 0) + all(call.origin[2]);
    const Lanes optimal = all(call.optimal_at) + all(call.optimal_rate) * smaller(unique, data);
    const Effective n = effective(size, optimal, call.repeats[0]);
    const Effective d = effective(data, unique, call.repeats[1]);
    const Lanes along_n = (n.log_size - all(call.centre[0])) * all(-call.exponent[0]);
    const Lanes along_d = (d.log_size - all(call.centre[1])) * all(-call.exponent[1]);
    const Lanes term_n = exp(along_n + all(call.log_coefficient[0]));
    const Lanes term_d = exp(along_d + all(call.log_coefficient[1]));
    const Lanes slope_n = term_n * all(-call.exponent[0]);
    put(all(call.base) + term_n + term_d, call.prediction, i, rows);
    const Lanes own[4] = {term_n, term_d, term_n * along_n, term_d * along_d};
    for (int k = 0; k < 4; ++k) {
      const Lanes moved = all(call.by_optimal[k]) + all(call.by_rate[k]) * smaller(unique, data);
      put(own[k] + slope_n * n.by_unique * moved, call.columns[1 + k], i, rows);
    }
    put(all(call.base), call.columns[0], i, rows);
    put(term_d * all(-call.exponent[1]) * d.by_repeats, call.columns[5], i, rows);
    put(slope_n * n.by_repeats, call.columns[6], i, rows);
  }
}

inline Lanes residual_of(const ObjectiveCall& call, std::ptrdiff_t i, Lanes& slope) {
  const std::ptrdiff_t left = call.rows - i;
  const Lanes prediction = load(call.prediction + i, left, 1);
  const Lanes observed = load(call.observed + i, left, call.logs ? 0 : 1);
  slope = call.logs ? all(1) / prediction : all(1);
  const Lanes residual = (call.logs ? log(prediction) : prediction) - observed;
  put(residual, call.residual, i, call.rows);
  put(slope, call.slope, i, call.rows);
  return residual;
}

void residuals(const ObjectiveCall& call) {
  for (std::ptrdiff_t i = 0; i < call.rows; i += kLanes) {
    Lanes slope;
    residual_of(call, i, slope);
  }
}

void gradients(const ObjectiveCall& call) {
  for (int j = 0; j < call.columns; ++j) {
    const double* const column = call.jacobian + j * call.rows;
    Lanes pulled = all(0), sized = all(0);
    for (std::ptrdiff_t i = 0; i < call.rows; i += kLanes) {
      const Lanes derivative = load(column + i, call.rows - i, 0);
      pulled = pulled + load(call.pull + i, call.rows - i, 0) * derivative;
      sized = sized + load(call.size + i, call.rows - i, 0) * magnitude(derivative);
    }
    call.gradient[j] = sum(pulled);
    call.gradient_size[j] = sum(sized);
  }
}

double objective(const ObjectiveCall& call) {
  Lanes total = all(0);
  const Lanes delta = all(call.delta), scale = all(call.scale), half = all(0.5 / call.scale);
  const Lanes freedom = all(call.freedom), width2 = all(call.freedom * call.width * call.width);
  for (std::ptrdiff_t i = 0; i < call.rows; i += kLanes) {
    Lanes slope, rho, psi;
    const Lanes r = residual_of(call, i, slope);
    const Lanes weight = load(call.weight + i, call.rows - i, 0);
    if (call.freedom > 0) {
      const Lanes square = r * r;
      psi = (freedom + all(1)) * r / (width2 + square);
      rho = all(0.5) * (freedom + all(1)) * log(all(1) + square / width2);
    } else {
      psi = scale * smaller(larger(r, all(0) - delta), delta);
      rho = psi * (r - psi * half);
    }
    total = total + weight * rho;
    const Lanes weighted = weight * slope;
    put(weighted * psi, call.pull, i, call.rows);
    put(magnitude(weighted) * (magnitude(psi) + all(call.rounding)), call.size, i, call.rows);
  }
  gradients(call);
  return sum(total);
}

double student_pull(const ObjectiveCall& call) {
  Lanes total = all(0);
  const Lanes width2 = all(call.freedom * call.width * call.width);
  for (std::ptrdiff_t i = 0; i < call.rows; i += kLanes) {
    const Lanes r = load(call.residual + i, call.rows - i, 0), square = r * r;
    const Lanes weight = load(call.weight + i, call.rows - i, 0);
    total = total + weight * all(call.freedom + 1) * square / (width2 + square);
  }
  return sum(total);
}

void normal(std::ptrdiff_t rows, int columns, const double* weight, const double* slope,
            const double* jacobian, double* out) {
  // Two columns at a time: sums that do not wait for each other.
  for (int j = 0; j < columns; ++j) {
    for (int k = 0; k <= j; k += 2) {
      const int last = k < j ? k + 1 : k;
      Lanes first = all(0), second = all(0);
      for (std::ptrdiff_t i = 0; i < rows; i += kLanes) {
        const Lanes s = load(slope + i, rows - i, 0);
        const Lanes scaled =
            load(weight + i, rows - i, 0) * s * s * load(jacobian + j * rows + i, rows - i, 0);
        first = first + scaled * load(jacobian + k * rows + i, rows - i, 0);
        second = second + scaled * load(jacobian + last * rows + i, rows - i, 0);
      }
      out[j * columns + k] = out[k * columns + j] = sum(first);
      out[j * columns + last] = out[last * columns + j] = sum(second);
    }
  }
}

void exp_of(std::ptrdiff_t rows, const double* in, double* out) {
  for (std::ptrdiff_t i = 0; i < rows; i += kLanes) {
    put(exp(load(in + i, rows - i, 0)), out, i, rows);
  }
}

void log_of(std::ptrdiff_t rows, const double* in, double* out) {
  for (std::ptrdiff_t i = 0; i < rows; i += kLanes) {
    put(log(load(in + i, rows - i, 1)), out, i, rows);
  }
}

constexpr Kernel kernel_of(std::string_view unit) {
  return {unit,      terms,        shifted, kaplan, constrained, objective,
          residuals, student_pull, normal,  exp_of, log_of};
}

}  // namespace
}  // namespace enigma::law
