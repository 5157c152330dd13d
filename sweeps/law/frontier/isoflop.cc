#include "sweeps/law/frontier/isoflop.h"

#include "sweeps/law/frontier/valley.h"
#include "sweeps/law/minimize/bootstrap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

namespace enigma::law {

namespace {

/// Budgets within 10 % are one budget (the contract's reading).
constexpr double kSameBudget = 1.1 * (1 + 1e-9);
/// Sizes within a thousandth are one size: digitised figures repeat a size to many digits, not all.
constexpr double kSameSize = 1e-3;
/// Seeds of one size must leave so many degrees of freedom before their spread is believed.
constexpr int kReplicateFreedom = 3;
/// A vertex found on a grid is known to a third of its step at best (Porian et al. 2024).
constexpr double kGridShare = 1.0 / 3;
constexpr size_t kDrawn = 100;

double scaled(double loss, Space space) {
  return space == Space::log ? std::log(loss) : loss;
}
double unscaled(double y, Space space) {
  return space == Space::log ? std::exp(y) : y;
}

/// Rows of one budget by size, as x, y and weight.
ValleyData data_of(const std::vector<Row>& rows, const std::vector<size_t>& members, Space space) {
  std::vector<size_t> order = members;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(rows[a].n, rows[a].loss) < std::pair(rows[b].n, rows[b].loss);
  });
  ValleyData data;
  for (const size_t k : order) {
    data.x.push_back(std::log(rows[k].n));
    data.y.push_back(scaled(rows[k].loss, space));
    data.weight.push_back(rows[k].weight);
  }
  const double mean = std::accumulate(data.weight.begin(), data.weight.end(), 0.0) /
                      static_cast<double>(data.weight.size());
  for (double& weight : data.weight) { weight /= mean; }
  return data;
}

/// Ends of the runs of equal sizes in `x`.
std::vector<size_t> size_ends(const std::vector<double>& x) {
  std::vector<size_t> ends;
  double first = x.front();
  for (size_t k = 1; k < x.size(); ++k) {
    if (x[k] - first <= kSameSize) { continue; }
    ends.push_back(k);
    first = x[k];
  }
  ends.push_back(x.size());
  return ends;
}

/// The best loss of each size.
ValleyData best_of_sizes(const ValleyData& data) {
  ValleyData best;
  size_t from = 0;
  for (const size_t end : size_ends(data.x)) {
    const auto begin = data.y.begin() + static_cast<std::ptrdiff_t>(from);
    const auto least = std::min_element(begin, data.y.begin() + static_cast<std::ptrdiff_t>(end));
    best.x.push_back(data.x[static_cast<size_t>(least - data.y.begin())]);
    best.y.push_back(*least);
    best.weight.push_back(1);
    from = end;
  }
  return best;
}

/// Spread of seeds: squares about the mean of each size.
Scatter replicate_scatter(const ValleyData& data) {
  Scatter scatter;
  size_t from = 0;
  for (const size_t end : size_ends(data.x)) {
    double mean = 0;
    for (size_t k = from; k < end; ++k) { mean += data.y[k] / static_cast<double>(end - from); }
    for (size_t k = from; k < end; ++k) {
      scatter.squares += (data.y[k] - mean) * (data.y[k] - mean);
    }
    scatter.freedom += static_cast<int>(end - from) - 1;
    from = end;
  }
  return scatter;
}

void estimate_noise(const std::vector<ValleyData>& all, IsoFlop& result) {
  Scatter seeds, parabolas;
  for (const ValleyData& data : all) {
    const Scatter one = replicate_scatter(data);
    seeds.squares += one.squares;
    seeds.freedom += one.freedom;
    if (size_ends(data.x).size() < 4) { continue; }
    const Scatter other = parabola_scatter(data);
    parabolas.squares += other.squares;
    parabolas.freedom += other.freedom;
  }
  const bool replicated = seeds.freedom >= kReplicateFreedom;
  const Scatter& used = replicated ? seeds : parabolas;
  if (used.freedom < 1) {
    result.noise_basis = "unknown: neither seeds nor sizes enough";
    return;
  }
  result.noise_sd = std::sqrt(used.squares / used.freedom);
  result.noise_basis =
      replicated ? "runs of equal size and budget" : "residuals of a parabola in every budget";
}

void draw_curve(const ValleyData& data, const Lowest& lowest, IsoFlop& result, Valley& valley) {
  auto [smallest, largest] = std::minmax_element(data.x.begin(), data.x.end());
  double from = *smallest, to = *largest;
  if (valley.vertex) {
    from = std::min(from, lowest.x);
    to = std::max(to, lowest.x);
  }
  std::vector<double> places;
  for (size_t k = 0; k < kDrawn; ++k) {
    places.push_back(from + (to - from) * static_cast<double>(k) / (kDrawn - 1.0));
  }
  const std::vector<double> values = curve_at(result.curve, data, places);
  for (size_t k = 0; k < kDrawn; ++k) {
    valley.curve.push_back({std::exp(places[k]), unscaled(values[k], result.space)});
  }
}

/// Data at size `n` along the budget: log d is a straight line in log n (exactly, under C = 6ND).
std::optional<double> data_at(const std::vector<Row>& rows, const Valley& valley, double n) {
  std::vector<double> sizes, data;
  for (const size_t k : valley.rows) {
    if (!(rows[k].d > 0)) { return std::nullopt; }
    sizes.push_back(rows[k].n);
    data.push_back(rows[k].d);
  }
  const auto line = power_line(sizes, data);
  return line ? std::optional(value_at(*line, n)) : std::nullopt;
}

/// Vertices of noisy copies of the data: the error of the vertex.
void add_error(const ValleyData& data, const IsoFlop& result, const VertexNoise& noise,
               size_t index, Vertex& vertex) {
  if (!result.noise_sd || noise.replicates < 2) { return; }
  std::seed_seq seeds{noise.seed, noise.seed >> 32, uint64_t{index}};
  std::mt19937_64 engine(seeds);
  std::normal_distribution<double> normal(0, *result.noise_sd);
  std::vector<double> places;
  for (int k = 0; k < noise.replicates; ++k) {
    ValleyData noisy = data;
    for (size_t i = 0; i < noisy.y.size(); ++i) {
      noisy.y[i] += normal(engine) / std::sqrt(noisy.weight[i]);
    }
    const Lowest lowest = lowest_of(result.curve, noisy);
    if (lowest.refused.empty()) { places.push_back(lowest.x); }
  }
  if (2 * places.size() < static_cast<size_t>(noise.replicates)) { return; }
  double mean = 0, squares = 0;
  for (const double x : places) { mean += x / static_cast<double>(places.size()); }
  for (const double x : places) { squares += (x - mean) * (x - mean); }
  double sd = std::sqrt(squares / static_cast<double>(places.size() - 1));
  if (result.curve != ValleyCurve::parabola) {
    const std::vector<double> grid = search_places(data);
    sd = std::max(sd, kGridShare * (grid[1] - grid[0]));
  }
  vertex.log_n_sd = sd;
  vertex.range = {vertex.n, std::exp(*quantile(places, (1 - noise.level) / 2)),
                  std::exp(*quantile(places, (1 + noise.level) / 2))};
}

void add_vertex(const std::vector<Row>& rows, const ValleyData& all, const VertexNoise& noise,
                size_t index, IsoFlop& result) {
  Valley& valley = result.valleys[index];
  const ValleyData data = result.curve == ValleyCurve::parabola ? all : best_of_sizes(all);
  for (size_t k = 0; k < data.x.size(); ++k) {
    valley.points.push_back({std::exp(data.x[k]), unscaled(data.y[k], result.space)});
  }
  const size_t sizes = size_ends(all.x).size();
  const size_t needed = static_cast<size_t>(sizes_needed(result.curve));
  if (sizes < needed) {
    valley.refused = fmt::format("it has {} size{}, and its curve needs {}", sizes,
                                 sizes == 1 ? "" : "s", needed);
    return;
  }
  const Lowest lowest = lowest_of(result.curve, data);
  valley.refused = lowest.refused;
  if (lowest.refused.empty()) {
    const double n = std::exp(lowest.x);
    valley.vertex = Vertex{.n = n,
                           .loss = unscaled(lowest.y, result.space),
                           .d = data_at(rows, valley, n),
                           .beyond = lowest.beyond};
    add_error(data, result, noise, index, *valley.vertex);
  }
  draw_curve(data, lowest, result, valley);
}

void add_lines(IsoFlop& result) {
  std::vector<double> flops, n, d, loss;
  for (const Valley& valley : result.valleys) {
    if (!valley.vertex) { continue; }
    flops.push_back(valley.flops);
    n.push_back(valley.vertex->n);
    loss.push_back(valley.vertex->loss);
    if (valley.vertex->d) { d.push_back(*valley.vertex->d); }
  }
  result.n = power_line(flops, n);
  if (d.size() == flops.size()) { result.d = power_line(flops, d); }
  const bool positive = std::all_of(loss.begin(), loss.end(), [](double l) { return l > 0; });
  if (positive) { result.loss = power_line(flops, loss); }
}

}  // namespace

std::optional<ValleyCurve> valley_curve_of(std::string_view form) {
  for (const ValleyCurve curve : {ValleyCurve::parabola, ValleyCurve::akima, ValleyCurve::cubic}) {
    if (form == form_of(curve)) { return curve; }
  }
  return std::nullopt;
}

std::string form_of(ValleyCurve curve) {
  switch (curve) {
    case ValleyCurve::parabola:
      return "isoflop:parabola";
    case ValleyCurve::akima:
      return "isoflop:akima";
    case ValleyCurve::cubic:
      return "isoflop:cubic";
  }
  return "";
}

std::vector<std::vector<size_t>> budgets_of(const std::vector<Row>& rows) {
  std::vector<size_t> left(rows.size());
  std::iota(left.begin(), left.end(), size_t{0});
  std::stable_sort(left.begin(), left.end(),
                   [&](size_t a, size_t b) { return rows[a].c < rows[b].c; });
  std::vector<std::vector<size_t>> budgets;
  while (!left.empty()) {
    size_t best = 0, most = 0, end = 0;
    for (size_t from = 0; from < left.size(); ++from) {
      end = std::max(end, from);
      while (end < left.size() && rows[left[end]].c <= kSameBudget * rows[left[from]].c) { ++end; }
      if (end - from > most) { std::tie(best, most) = std::pair(from, end - from); }
    }
    const auto begin = left.begin() + static_cast<std::ptrdiff_t>(best);
    const auto stop = begin + static_cast<std::ptrdiff_t>(most);
    budgets.emplace_back(begin, stop);
    left.erase(begin, stop);
  }
  std::sort(budgets.begin(), budgets.end(),
            [&](const auto& a, const auto& b) { return rows[a[0]].c < rows[b[0]].c; });
  return budgets;
}

IsoFlop isoflop(const std::vector<Row>& rows, ValleyCurve curve, Space space,
                const VertexNoise& noise) {
  IsoFlop result{.curve = curve, .space = space};
  std::vector<ValleyData> data;
  for (std::vector<size_t>& members : budgets_of(rows)) {
    double log_flops = 0;
    for (const size_t k : members) {
      log_flops += std::log(rows[k].c) / static_cast<double>(members.size());
    }
    data.push_back(data_of(rows, members, space));
    result.valleys.push_back({.flops = std::exp(log_flops), .rows = std::move(members)});
  }
  estimate_noise(data, result);
  for (size_t k = 0; k < data.size(); ++k) { add_vertex(rows, data[k], noise, k, result); }
  add_lines(result);
  return result;
}

int vertices(const IsoFlop& isoflop) {
  return static_cast<int>(std::count_if(isoflop.valleys.begin(), isoflop.valleys.end(),
                                        [](const Valley& v) { return v.vertex.has_value(); }));
}

}  // namespace enigma::law
