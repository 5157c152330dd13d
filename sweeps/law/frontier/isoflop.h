// IsoFLOP valleys (Hoffmann et al. 2022, approach 2): loss against size at each budget, the lowest
// point of each valley with its error, and the power laws through those points.
#pragma once

#include "sweeps/law/frontier/power_line.h"
#include "sweeps/law/minimize/objective.h"
#include "sweeps/law/table/table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::law {

/// How the curve through one budget's losses is made.
enum class ValleyCurve { parabola, akima, cubic };
/// "isoflop:parabola" and the like; nothing for any other form.
std::optional<ValleyCurve> valley_curve_of(std::string_view form);
std::string form_of(ValleyCurve curve);

struct ValleyPoint {
  double n = 0, loss = 0;
};

/// The lowest point of a valley's curve.
struct Vertex {
  double n = 0, loss = 0;
  std::optional<double> d;         ///< data at n along the budget's rows
  std::optional<double> log_n_sd;  ///< standard deviation of log n over noise replicates
  Interval range;                  ///< of n over noise replicates
  bool beyond = false;             ///< outside the sizes that were run, though near
};

/// One budget: the rows whose C agree within 10 %.
struct Valley {
  double flops = 0;                 ///< geometric mean of the rows' C
  std::vector<size_t> rows;         ///< indices of its rows
  std::vector<ValleyPoint> points;  ///< by size; of an interpolant the best loss of each size
  std::vector<ValleyPoint> curve;   ///< as to be drawn
  std::optional<Vertex> vertex;
  std::string refused;  ///< why there is no vertex
};

struct IsoFlop {
  ValleyCurve curve = ValleyCurve::parabola;
  Space space = Space::log;
  std::vector<Valley> valleys;          ///< by budget
  std::optional<PowerLine> n, d, loss;  ///< of the vertices against C; two vertices at least
  std::optional<double> noise_sd;  ///< of one run's loss (or its log), for the vertices' errors
  std::string noise_basis;         ///< where that number is from
};

/// Noise replicates of every vertex: how many, from which seed, at which level the ranges are.
struct VertexNoise {
  int replicates = 1000;
  uint64_t seed = 0;
  double level = 0.95;
};

/// Sets of row indices whose C agree within 10 %: the fullest window first, then by budget.
std::vector<std::vector<size_t>> budgets_of(const std::vector<Row>& rows);

/// Rows need n, c and loss. Interpolants take 25·(k−1) places evenly in log n and the lowest of
/// them (Porian et al. 2024); the parabola is fitted by least squares. A curve whose lowest point
/// is an end of it has no vertex.
IsoFlop isoflop(const std::vector<Row>& rows, ValleyCurve curve, Space space,
                const VertexNoise& noise);

/// Number of vertices.
int vertices(const IsoFlop& isoflop);

}  // namespace enigma::law
