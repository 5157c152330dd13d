// A form of scaling law: its parameters, its axes, its value and analytic derivatives.
// Every parameter has a coordinate on the whole real line in which minimisers work.
#pragma once

#include "sweeps/law/points.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::law {

enum class ParameterKind { offset, coefficient, exponent };

struct Parameter {
  std::string name;
  ParameterKind kind = ParameterKind::offset;
  int axis = -1;  ///< index into the fit's axes; −1 for an offset
};

/// Prediction and its derivatives at one place, with room that is reused from call to call.
struct Evaluation {
  Eigen::ArrayXd prediction;  ///< (rows)
  Eigen::MatrixXd jacobian;   ///< (rows, parameters): d prediction / d coordinate
};

class Form {
 public:
  virtual ~Form() = default;

  std::string name;
  std::string formula;
  std::vector<char> axes;  ///< e.g. N, D; empty: exactly one axis, which the user maps
  std::vector<Parameter> parameters;

  virtual void evaluate(const Vector& coordinates, const Points& points, Evaluation& out) const = 0;
  /// Values in the file's units, and back. A coefficient of 0 has a coordinate far below.
  virtual Vector values(const Vector& coordinates, const Points& points) const = 0;
  virtual Vector coordinates(const Vector& values, const Points& points) const = 0;
  /// About `count` different places to start from.
  virtual std::vector<Vector> starts(const Points& points, int count) const = 0;
};

/// L = E + A·N^−alpha + B·D^−beta (Hoffmann et al. 2022, approach 3).
std::unique_ptr<Form> chinchilla_form();
/// L = A·x^−alpha on one axis x.
std::unique_ptr<Form> power_form();
/// L = E + A·x^−alpha on one axis x.
std::unique_ptr<Form> power_offset_form();

/// Names of the forms that exist, in the order of the contract.
std::vector<std::string> form_names();
/// The form of that name; nothing where there is none.
std::unique_ptr<Form> form_named(std::string_view name);

}  // namespace enigma::law
