// One fit from rows to verdict: what `enigma-sweep fit` answers, as plain data.
#pragma once

#include "sweeps/law/fit/covariance.h"
#include "sweeps/law/fit/extrapolation.h"
#include "sweeps/law/fit/optimum.h"
#include "sweeps/law/fit/refusal.h"
#include "sweeps/law/fit/size_doubling.h"
#include "sweeps/law/frontier/readings.h"
#include "sweeps/law/minimize/bootstrap.h"
#include "sweeps/law/table/interval.h"
#include "sweeps/law/table/ladder.h"
#include "sweeps/law/table/mapped_table.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace enigma::law {

struct FitOptions {
  std::string form = "chinchilla";
  Objective objective;
  int starts = 256;
  BootstrapPlan bootstrap;
  double level = 0.95;
  double material = 0.002;  ///< an improvement of the loss that is worth a doubling of N, relative
  std::vector<Hold> holds;
  uint64_t seed = 0;
  int threads = 1;
};

enum class ParameterVerdict { identified, bounded_below, bounded_above, unidentified, held };
std::string name_of(ParameterVerdict verdict);

struct ParameterFit {
  std::string name;
  std::optional<double> value, low, high;
  std::optional<double> se;           ///< standard deviation of the refits, where they carry
  std::optional<double> se_hessian;   ///< from the curvature at the minimum
  std::optional<double> se_sandwich;  ///< the same, whatever the noise (Huber 1967)
  ParameterVerdict verdict = ParameterVerdict::unidentified;
};

struct OptimumAt {
  double flops = 0;
  Place place;
  std::optional<double> low, high;  ///< of the loss
};

enum class VerdictCode { ok, data_limited, undetermined };
std::string name_of(VerdictCode code);

struct Verdict {
  VerdictCode code = VerdictCode::undetermined;
  std::string sentence;
};

struct Fit {
  std::string form, formula;
  std::vector<char> axes;
  std::map<std::string, std::string> axis_names;
  bool d_from_c = false;
  Objective objective;
  double objective_value = 0;
  double tolerance = 0;
  std::vector<Row> rows;  ///< the rows used, in canonical order
  std::vector<Excluded> excluded;
  std::vector<ParameterFit> parameters;
  Vector values;        ///< of the minimum, in the order of the parameters; not all are identified
  Exponents exponents;  ///< of the minimum, whether or not it identifies them
  Interval a, b;        ///< along `cost`; empty where a parameter they need is not identified
  Interval a_6nd, b_6nd;  ///< the same under C = 6ND
  Certificate certificate;
  Minimum minimum;
  BootstrapPlan bootstrap;
  double level = 0.95;
  int clusters = 0;
  Refits refits;
  double tail = 0.025;  ///< share of the refits beyond each end of an interval
  Covariance covariance;
  std::optional<Extrapolation> extrapolation;
  Cost cost;
  std::vector<OptimumAt> optimum;
  std::vector<Ladder> ladders;
  std::optional<SizeDoubling> size_doubling;  ///< of forms that trade size for data
  double material = 0.002;                    ///< as asked for
  Verdict verdict;
  std::vector<std::string> warnings;
  Readings readings;  ///< of the forms `envelope` and `isoflop:*`
};

/// The axes that a form will use on this table. Throws InputError where they are not mapped.
std::vector<char> axes_for(const Form& form, const Table& table);

/// Fits one table. Throws FitRefused, InputError. `cost` says how size and data make FLOPs.
Fit fit_table(const MappedTable& mapped, const FitOptions& options, const Cost& cost);

/// Loss that the fit predicts at its optimum for `flops`, with its interval over the refits.
OptimumAt optimum_at(const Fit& fit, double flops);

/// Loss that a fit on one axis predicts at `x`, with its interval over the refits.
Interval predicted_on_axis(const Fit& fit, double x);

/// True where every parameter that the optimum needs is identified and the verdict is ok.
bool has_optimum(const Fit& fit);

/// True where the intervals are those of the refits: some were asked for, and so many converged
/// that those that did not could not have moved an end far.
bool refits_carry(const Fit& fit);

/// Limits of the interval over the refits of one number: the quantiles at `tail` and 1 − `tail`;
/// the value alone where the refits do not carry.
Interval interval_over(const Fit& fit, double value, std::vector<double> refits);

/// Rows must be at least this many for that many free parameters.
int rows_needed(int free_parameters);

}  // namespace enigma::law
