#include "sweeps/law/frontier/envelope.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

namespace enigma::law {

namespace {

/// Runs at about the same compute, and sizes that differ.
constexpr double kNearBudget = 1.5;
constexpr double kOtherSize = 1.1;
/// Fewer runs than this are no envelope.
constexpr size_t kFewest = 3;

struct Place {
  double x, y;
  size_t row;
};

/// > 0 where b lies above the straight line from a to c.
double bend(const Place& a, const Place& b, const Place& c) {
  return (b.y - a.y) * (c.x - a.x) - (c.y - a.y) * (b.x - a.x);
}

/// Lower hull of places in order of x, down to the lowest; of equal y the first.
std::vector<Place> lower_hull(const std::vector<Place>& places) {
  std::vector<Place> hull;
  for (const Place& place : places) {
    if (!hull.empty() && place.x == hull.back().x) { continue; }
    while (hull.size() >= 2 && bend(hull[hull.size() - 2], hull.back(), place) >= 0) {
      hull.pop_back();
    }
    hull.push_back(place);
  }
  const auto lowest = std::min_element(hull.begin(), hull.end(),
                                       [](const Place& a, const Place& b) { return a.y < b.y; });
  if (lowest != hull.end()) { hull.erase(lowest + 1, hull.end()); }
  return hull;
}

std::vector<Place> places_of(const std::vector<Row>& rows, Space space) {
  std::vector<Place> places;
  for (size_t k = 0; k < rows.size(); ++k) {
    places.push_back(
        {std::log(rows[k].c), space == Space::log ? std::log(rows[k].loss) : rows[k].loss, k});
  }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::pair(a.x, a.y) < std::pair(b.x, b.y);
  });
  return places;
}

/// Whether smaller and larger sizes were run at about a run's compute. Where they were not its size
/// is what somebody chose, not the best: on any sweep of one size a budget every run would count.
class Sides {
 public:
  explicit Sides(const std::vector<Row>& rows) : rows_(rows), known_(rows.size(), Known::no) {}

  bool both(size_t k) {
    if (known_[k] == Known::no) { known_[k] = look(rows_[k]) ? Known::both : Known::one; }
    return known_[k] == Known::both;
  }

 private:
  enum class Known : char { no, one, both };

  bool look(const Row& row) const {
    bool smaller = false, larger = false;
    for (const Row& other : rows_) {
      if (other.c > kNearBudget * row.c || other.c * kNearBudget < row.c) { continue; }
      smaller = smaller || other.n * kOtherSize < row.n;
      larger = larger || other.n > kOtherSize * row.n;
    }
    return smaller && larger;
  }

  const std::vector<Row>& rows_;
  std::vector<Known> known_;
};

std::vector<size_t> on_envelope(Sides& sides, const std::vector<Place>& places) {
  std::vector<size_t> found;
  for (const Place& place : lower_hull(places)) {
    if (sides.both(place.row)) { found.push_back(place.row); }
  }
  return found;
}

void add_lines(const std::vector<Row>& rows, Envelope& result) {
  std::vector<double> flops, n, d, loss;
  for (const size_t k : result.rows) {
    flops.push_back(rows[k].c);
    n.push_back(rows[k].n);
    if (rows[k].d > 0) { d.push_back(rows[k].d); }
    if (rows[k].loss > 0) { loss.push_back(rows[k].loss); }
  }
  if (flops.size() < kFewest) { return; }
  result.n = power_line(flops, n);
  if (d.size() == flops.size()) { result.d = power_line(flops, d); }
  if (loss.size() == flops.size()) { result.loss = power_line(flops, loss); }
}

/// Cluster of every row: its group, or itself.
std::vector<size_t> clusters_of(const std::vector<Row>& rows, Resampling kind, size_t& count) {
  std::map<std::string, size_t> names;
  std::vector<size_t> clusters;
  count = 0;
  for (const Row& row : rows) {
    if (kind != Resampling::by_cluster || row.group.empty()) {
      clusters.push_back(count++);
      continue;
    }
    const auto [found, fresh] = names.try_emplace(row.group.text(), count);
    if (fresh) { ++count; }
    clusters.push_back(found->second);
  }
  return clusters;
}

Interval spread_of(const std::vector<double>& values, double value, double level) {
  return {value, quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)};
}

std::optional<double> deviation(const std::vector<double>& values) {
  if (values.size() < 2) { return std::nullopt; }
  const double count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) { squares += (value - mean) * (value - mean); }
  return std::sqrt(squares / (count - 1));
}

}  // namespace

Envelope envelope(const std::vector<Row>& rows, Space space, const BootstrapPlan& plan,
                  uint64_t seed, double level) {
  const std::vector<Place> places = places_of(rows, space);
  Sides sides(rows);
  Envelope result{.rows = on_envelope(sides, places)};
  add_lines(rows, result);
  if (!result.n) { return result; }
  size_t count = 0;
  const std::vector<size_t> cluster = clusters_of(rows, plan.kind, count);
  std::vector<double> a, b;
  result.resamples = plan.kind == Resampling::none ? 0 : plan.resamples;
  for (int k = 0; k < result.resamples; ++k) {
    std::seed_seq seeds{seed, seed >> 32, static_cast<uint64_t>(k)};
    std::mt19937_64 engine(seeds);
    std::uniform_int_distribution<size_t> any(0, count - 1);
    std::vector<bool> drawn(count, false);
    for (size_t i = 0; i < count; ++i) { drawn[any(engine)] = true; }
    std::vector<Place> kept;
    for (const Place& place : places) {
      if (drawn[cluster[place.row]]) { kept.push_back(place); }
    }
    Envelope refit{.rows = on_envelope(sides, kept)};
    add_lines(rows, refit);
    if (!refit.n) { continue; }
    ++result.converged;
    a.push_back(refit.n->exponent);
    if (refit.d) { b.push_back(refit.d->exponent); }
  }
  result.a = spread_of(a, result.n->exponent, level);
  result.a_se = deviation(a);
  if (!result.d) { return result; }
  result.b = spread_of(b, result.d->exponent, level);
  result.b_se = deviation(b);
  return result;
}

}  // namespace enigma::law
