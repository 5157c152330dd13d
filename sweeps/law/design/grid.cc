#include "sweeps/law/design/grid.h"

#include <algorithm>
#include <optional>
#include <set>

namespace enigma::law {

namespace {

using Chosen = std::vector<Eigen::Index>;

struct Extent {
  std::set<size_t> rows, columns;

  void add(size_t cell, size_t width) {
    rows.insert(cell / width);
    columns.insert(cell % width);
  }
};

Extent extent_of(const Grid& grid, const Chosen& chosen) {
  Extent extent;
  for (size_t k = 0; k < grid.cells.size(); ++k) {
    const Eigen::Index candidate = grid.cells[k].candidate;
    if (candidate >= 0 && std::ranges::find(chosen, candidate) != chosen.end()) {
      extent.add(k, grid.columns);
    }
  }
  return extent;
}

/// What the extent holds that is not bought yet; nothing where it cannot be had.
std::optional<Purchase> rest_of(const Grid& grid, const Extent& extent, const Chosen& chosen) {
  Purchase purchase;
  for (const size_t row : extent.rows) {
    for (const size_t column : extent.columns) {
      const GridCell& cell = grid.cells[row * grid.columns + column];
      if (cell.known) { continue; }
      if (cell.candidate < 0) { return std::nullopt; }
      if (std::ranges::find(chosen, cell.candidate) != chosen.end()) { continue; }
      purchase.candidates.push_back(cell.candidate);
      purchase.cost += cell.cost;
    }
  }
  return purchase;
}

}  // namespace

Offer products(Grid grid) {
  return [grid = std::move(grid)](const Chosen& chosen) {
    std::vector<Purchase> offered;
    const Extent bought = extent_of(grid, chosen);
    for (size_t k = 0; k < grid.cells.size(); ++k) {
      const Eigen::Index candidate = grid.cells[k].candidate;
      const bool is_bought = std::ranges::find(chosen, candidate) != chosen.end();
      if (candidate < 0 || is_bought) { continue; }
      Extent with = bought;
      with.add(k, grid.columns);
      if (auto purchase = rest_of(grid, with, chosen)) { offered.push_back(std::move(*purchase)); }
    }
    return offered;
  };
}

}  // namespace enigma::law
