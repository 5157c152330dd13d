// The numbers a form is evaluated on: log axes, losses and weights as columns, in a canonical order
// of rows so that no answer depends on the order of a file.
#pragma once

#include "sweeps/law/table/table.h"

#include <Eigen/Core>

#include <string>
#include <vector>

namespace enigma::law {

/// Parameters of a form, at most 12, kept on the stack.
using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 12, 1>;
using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, 12, 12>;

/// One column per row of the table. `axis[k]` = log of axis k − `centre[k]`.
struct Points {
  std::vector<Eigen::ArrayXd> axis;
  std::vector<double> centre;
  Eigen::ArrayXd loss;
  Eigen::ArrayXd log_loss;   ///< NaN where a loss is not positive
  Eigen::ArrayXd weight;     ///< scaled to mean 1
  double weight_scale = 1;   ///< file's weight = weight × weight_scale
  double loss_size = 1;      ///< mean of |loss|: what residuals in linear space are measured by
  std::vector<int> cluster;  ///< index of the row's group, 0-based
  int clusters = 0;

  Eigen::Index size() const { return loss.size(); }
};

/// The value of axis 'N', 'D', 'C' or 'U' of a row.
double axis_value(const Row& row, char axis);

/// Rows by axes, loss, weight and group: the order in which every fit sees them.
std::vector<Row> in_canonical_order(std::vector<Row> rows);

/// Columns of rows that are already in canonical order, axes centred at the mean of their logs.
Points make_points(const std::vector<Row>& rows, const std::vector<char>& axes);

/// The same points with axis `k` centred at −origin instead of at its mean.
Points recentred(Points points, size_t k, double origin);

}  // namespace enigma::law
