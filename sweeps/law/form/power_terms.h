// Sums of power laws, L = [E] + Σ_k C_k·x_k^−γ_k: the shape that several forms share.
// Coordinates are logs: of E, of each term at the centre of its axis, of each exponent.
#pragma once

#include "sweeps/law/form/form.h"

namespace enigma::law {

class PowerTerms : public Form {
 public:
  struct Term {
    std::string coefficient, exponent;
  };
  PowerTerms(std::string name, std::string formula, std::vector<char> axes, bool offset,
             std::vector<Term> terms);

  void evaluate(const Vector& coordinates, const Points& points, Evaluation& out) const override;
  Vector values(const Vector& coordinates, const Points& points) const override;
  Vector coordinates(const Vector& values, const Points& points) const override;
  /// Variable projection: exponents on a grid, coefficients by non-negative least squares.
  std::vector<Vector> starts(const Points& points, int count) const override;

 private:
  Vector projected(const Vector& exponents, const Points& points) const;

  bool offset_;
  int terms_;
};

}  // namespace enigma::law
