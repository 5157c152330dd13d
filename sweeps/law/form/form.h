// A form of scaling law: its parameters, its axes, its value and analytic derivatives.
// Every parameter has a coordinate on the whole real line in which minimisers work.
#pragma once

#include "sweeps/law/table/points.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::law {

/// What a parameter is: its domain and its coordinate follow.
enum class ParameterKind {
  offset,       ///< E >= 0, in the unit of the loss
  coefficient,  ///< A >= 0; its coordinate is the log of its term at the centre of its axis
  exponent,     ///< > 0, or < 0 where the form says so
  scale,        ///< N_c > 0, in the unit of its axis
  repeats,      ///< R > 0, a number of repetitions
  shift         ///< lambda: 10^lambda in the unit of its axis
};

struct Parameter {
  std::string name;
  ParameterKind kind = ParameterKind::offset;
  int axis = -1;          ///< index into the fit's axes; −1 for none
  bool negative = false;  ///< an exponent that is told with the other sign
  /// A coefficient's axis is taken in units of e^−origin: coordinate = log of the value where the
  /// axis is centred at −origin.
  double origin = 0;
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
  /// `count` different places to start from: the parameters that are not linear spread evenly, the
  /// others by non-negative least squares on relative errors (variable projection).
  virtual std::vector<Vector> starts(const Points& points, int count) const = 0;

  /// Index of a parameter; −1 where there is none.
  int index_of(std::string_view parameter) const;
};

/// L = E + A·N^−alpha + B·D^−beta (Hoffmann et al. 2022, approach 3).
std::unique_ptr<Form> chinchilla_form();
/// L = E + A·N^−alpha + B·D^−alpha.
std::unique_ptr<Form> tied_form();
/// L = A·x^−alpha on one axis x.
std::unique_ptr<Form> power_form();
/// L = E + A·x^−alpha on one axis x.
std::unique_ptr<Form> power_offset_form();
/// L = E + A·(x + 10^lambda)^−alpha on one axis x.
std::unique_ptr<Form> power_shifted_form();
/// L = ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D (Kaplan et al. 2020, eq. 1.5).
std::unique_ptr<Form> kaplan_form();
/// L = E + alpha·N^b + beta·6^(b/2)·D^b, b < 0 (Gadre et al. 2024, eq. 4 with M·N = D).
std::unique_ptr<Form> overtrained_form();
/// L = E + A·N′^−alpha + B·D′^−beta on N, D and unique data U (Muennighoff et al. 2023).
std::unique_ptr<Form> data_constrained_form();

/// Names of the forms that exist, in the order of the contract.
std::vector<std::string> form_names();
/// The form of that name; nothing where there is none.
std::unique_ptr<Form> form_named(std::string_view name);

}  // namespace enigma::law
