#include "sweeps/law/fit/frontier.h"

#include "diagnostics/check.h"
#include "sweeps/law/fit/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace enigma::law {

namespace {

/// A line through fewer vertices has no error to speak of.
constexpr int kFewestVertices = 3;
constexpr int kFewestSizes = 3;

void check_question(const Table& table, const FitOptions& options) {
  std::vector<Diagnostic> wrong;
  if (!table.has('N') || !(table.has('C') || table.has('D'))) {
    wrong.push_back({.message = "the form " + options.form + " needs a size and FLOPs",
                     .expected = "N and C (or N and D, then C = 6ND) in --map"});
  }
  for (const Hold& hold : options.holds) {
    wrong.push_back({.message = "the form " + options.form + " has no parameter to hold",
                     .expected = "no --fix",
                     .found = hold.parameter});
  }
  if (!wrong.empty()) { throw InputError(wrong); }
}

std::vector<Row> rows_of(const MappedTable& mapped, const FitOptions& options) {
  std::vector<Row> rows = in_canonical_order(mapped.table.rows);
  for (Row& row : rows) {
    if (!mapped.table.has('C')) { row.c = 6 * row.n * row.d; }
    if (!std::isfinite(row.c)) {
      throw FitRefused(row.id.text() + ": its FLOPs, 6ND, are out of range");
    }
  }
  refuse_rows(rows, kFewestSizes, "a curve needs", options.objective.space);
  return rows;
}

ParameterFit parameter(const std::string& name, const Interval& interval,
                       std::optional<double> se) {
  ParameterFit result{.name = name, .value = interval.value, .se = se};
  if (!interval.value || !interval.low || !interval.high) {
    result.value = result.se = std::nullopt;
    return result;
  }
  // An exponent or coefficient of a frontier is positive: at or below zero its interval is open.
  const bool closed = *interval.low > 0 && std::isfinite(*interval.high);
  result.verdict = closed ? ParameterVerdict::identified : ParameterVerdict::bounded_above;
  result.high = interval.high;
  if (closed) { result.low = interval.low; }
  return result;
}

using Names = std::array<const char*, 2>;
constexpr Names kOfSize = {"k_N", "a"}, kOfData = {"k_D", "b"};

void add_parameters(Fit& fit, const Names& names, const std::optional<PowerLine>& line,
                    const Interval& exponent, std::optional<double> se) {
  const Interval nothing;
  fit.parameters.push_back(
      parameter(names[0], line ? coefficient_interval(*line, fit.level) : nothing, std::nullopt));
  fit.parameters.push_back(parameter(names[1], line ? exponent : nothing, se));
}

/// Exponents are told together or not at all: each is the other's complement.
void add_exponents(Fit& fit) {
  if (fit.verdict.code != VerdictCode::ok) { return; }
  for (const ParameterFit& p : fit.parameters) {
    if (p.verdict != ParameterVerdict::identified) { continue; }
    if (p.name == "a") { fit.a = {p.value, p.low, p.high}; }
    if (p.name == "b") { fit.b = {p.value, p.low, p.high}; }
  }
}

/// The exponents that the verdict's sentence speaks of.
Exponents estimated(const Fit& fit) {
  Exponents exponents{NAN, NAN};
  for (const ParameterFit& p : fit.parameters) {
    if (p.name == "a") { exponents.a = p.value.value_or(NAN); }
    if (p.name == "b") { exponents.b = p.value.value_or(NAN); }
  }
  return exponents;
}

void add_optimum(Fit& fit) {
  if (fit.verdict.code != VerdictCode::ok) { return; }
  const auto [least, most] = std::minmax_element(
      fit.rows.begin(), fit.rows.end(), [](const Row& a, const Row& b) { return a.c < b.c; });
  const int from = static_cast<int>(std::ceil(std::log10(least->c)));
  const int to = static_cast<int>(std::floor(std::log10(most->c))) + 2;
  for (int power = from; power <= to; ++power) {
    const double flops = std::pow(10.0, power);
    fit.optimum.push_back({.flops = flops, .place = frontier_place(fit, flops)});
  }
}

void read_valleys(Fit& fit, ValleyCurve curve, const FitOptions& options) {
  const VertexNoise noise{
      options.bootstrap.kind == Resampling::none ? 0 : options.bootstrap.resamples, options.seed,
      options.level};
  const IsoFlop found = isoflop(fit.rows, curve, options.objective.space, noise);
  for (const Valley& valley : found.valleys) {
    if (!valley.vertex) {
      fit.excluded.push_back({fmt::format("budget {:.4g}", valley.flops), valley.refused});
      continue;
    }
    if (valley.vertex->beyond) {
      fit.warnings.push_back(
          fmt::format("the vertex of budget {:.3g} lies outside its sizes, by less than its error",
                      valley.flops));
    }
  }
  const bool enough = vertices(found) >= kFewestVertices;
  const auto line_n = enough ? found.n : std::nullopt, line_d = enough ? found.d : std::nullopt;
  add_parameters(fit, kOfSize, line_n, line_n ? exponent_interval(*line_n, fit.level) : Interval{},
                 line_n ? exponent_se(*line_n) : std::nullopt);
  add_parameters(fit, kOfData, line_d, line_d ? exponent_interval(*line_d, fit.level) : Interval{},
                 line_d ? exponent_se(*line_d) : std::nullopt);
  fit.objective_value = line_n ? line_n->squares : NAN;
  fit.readings.isoflop = found;
}

void read_envelope(Fit& fit, const FitOptions& options) {
  const Envelope found =
      envelope(fit.rows, options.objective.space, options.bootstrap, options.seed, options.level);
  add_parameters(fit, kOfSize, found.n, found.a, found.a_se);
  add_parameters(fit, kOfData, found.d, found.b, found.b_se);
  fit.objective_value = found.n ? found.n->squares : NAN;
  fit.refits.resamples = found.resamples;
  fit.refits.converged = found.converged;
  fit.readings.envelope = found;
}

Fit described(const MappedTable& mapped, const FitOptions& options, const Cost& cost) {
  Fit fit{.form = options.form, .axes = {'N', 'D', 'C'}, .axis_names = mapped.table.axis_names};
  if (!mapped.table.has('D')) { fit.axes = {'N', 'C'}; }
  if (!mapped.table.has('C')) { fit.axis_names["C"] = "6ND"; }
  fit.formula = "N_opt = k_N*C^a, D_opt = k_D*C^b";
  fit.d_from_c = mapped.table.d_from_c;
  fit.objective = {.kind = ObjectiveKind::l2, .space = options.objective.space};
  fit.rows = rows_of(mapped, options);
  fit.excluded = mapped.excluded;
  fit.bootstrap = options.bootstrap;
  fit.level = options.level;
  fit.material = options.material;
  fit.cost = cost;
  // A closed form: one start, which is the minimum.
  fit.certificate = {.gradient_relative = NAN, .starts = 1, .agreeing = 1, .second_objective = NAN};
  fit.tolerance = NAN;
  return fit;
}

}  // namespace

std::vector<std::string> frontier_names() {
  return {"envelope", form_of(ValleyCurve::parabola), form_of(ValleyCurve::akima),
          form_of(ValleyCurve::cubic)};
}

bool is_frontier(std::string_view form) {
  return form == "envelope" || valley_curve_of(form);
}

Fit frontier_fit(const MappedTable& mapped, const FitOptions& options, const Cost& cost) {
  check_question(mapped.table, options);
  Fit fit = described(mapped, options, cost);
  if (const auto curve = valley_curve_of(options.form)) {
    read_valleys(fit, *curve, options);
  } else {
    read_envelope(fit, options);
  }
  Table used;
  used.rows = fit.rows;
  fit.ladders = ladders(used);
  fit.exponents = estimated(fit);
  fit.size_doubling = size_doubling(fit.rows, fit.objective, fit.level, options.threads);
  fit.verdict = verdict_of(fit);
  add_exponents(fit);
  add_optimum(fit);
  const std::vector<std::string> more = warnings_of(fit);
  fit.warnings.insert(fit.warnings.end(), more.begin(), more.end());
  return fit;
}

Place frontier_place(const Fit& fit, double flops) {
  const auto& isoflop = fit.readings.isoflop;
  const auto& envelope = fit.readings.envelope;
  const auto& n = isoflop ? isoflop->n : envelope->n;
  const auto& d = isoflop ? isoflop->d : envelope->d;
  const auto& loss = isoflop ? isoflop->loss : envelope->loss;
  double most = 0;
  for (const Row& row : fit.rows) { most = std::max(most, row.c); }
  // Losses level off at a floor that no straight line knows: none is told beyond the data.
  return {.n = n ? value_at(*n, flops) : NAN,
          .d = d ? value_at(*d, flops) : NAN,
          .loss = loss && flops <= most ? value_at(*loss, flops) : NAN};
}

size_t rows_used(const Fit& fit) {
  if (!fit.readings.isoflop) { return fit.rows.size(); }
  size_t used = 0;
  for (const Valley& valley : fit.readings.isoflop->valleys) {
    if (valley.vertex) { used += valley.rows.size(); }
  }
  return used;
}

}  // namespace enigma::law
