#include "sweeps/law/table/points.h"

#include "diagnostics/check.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace enigma::law {

double axis_value(const Row& row, char axis) {
  switch (axis) {
    case 'N':
      return row.n;
    case 'D':
      return row.d;
    case 'C':
      return row.c;
    case 'U':
      return row.u;
  }
  ENIGMA_CHECK(false, "an axis is one of N, D, C, U");
  return 0;
}

std::vector<Row> in_canonical_order(std::vector<Row> rows) {
  const auto number = [](double value) { return value == value ? value : -1.0; };
  const auto key = [&](const Row& row) {
    return std::tuple(number(row.n), number(row.d), number(row.c), number(row.u), row.loss,
                      row.weight, std::string_view(row.group.text()), std::cref(row.id));
  };
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return key(a) < key(b); });
  return rows;
}

namespace {

void number_clusters(const std::vector<Row>& rows, Points& points) {
  std::map<std::string, int> numbers;
  for (const Row& row : rows) {
    if (row.group.empty()) {
      points.cluster.push_back(points.clusters++);
      continue;
    }
    const auto [found, fresh] = numbers.try_emplace(row.group.text(), points.clusters);
    if (fresh) { ++points.clusters; }
    points.cluster.push_back(found->second);
  }
}

}  // namespace

Points make_points(const std::vector<Row>& rows, const std::vector<char>& axes) {
  const auto n = static_cast<Eigen::Index>(rows.size());
  Points points;
  points.loss.resize(n);
  points.weight.resize(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    points.loss[i] = rows[static_cast<size_t>(i)].loss;
    points.weight[i] = rows[static_cast<size_t>(i)].weight;
  }
  points.log_loss = points.loss.log();
  if (n > 0) { points.loss_size = points.loss.abs().mean(); }
  points.weight_scale = n > 0 ? points.weight.mean() : 1;
  points.weight /= points.weight_scale;
  for (const char axis : axes) {
    Eigen::ArrayXd column(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      column[i] = std::log(axis_value(rows[static_cast<size_t>(i)], axis));
    }
    const double centre = n > 0 ? column.mean() : 0;
    points.axis.push_back(column - centre);
    points.centre.push_back(centre);
  }
  number_clusters(rows, points);
  return points;
}

Points recentred(Points points, size_t k, double origin) {
  points.axis[k] += points.centre[k] + origin;
  points.centre[k] = -origin;
  return points;
}

}  // namespace enigma::law
