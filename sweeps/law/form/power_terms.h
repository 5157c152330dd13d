// Sums of power laws, L = [E] + Σ_k C_k·x_k^−γ_k: the shape that several forms share.
// Coordinates are logs: of E, of each term at the centre of its axis, of each exponent.
#pragma once

#include "sweeps/law/form/form.h"

namespace enigma::law {

class PowerTerms : public Form {
 public:
  /// A term's coefficient and exponent by their places among the parameters; terms may share one
  /// exponent.
  struct Term {
    int coefficient = 0, exponent = 0;
  };
  PowerTerms(std::string name, std::string formula, std::vector<char> axes,
             std::vector<Parameter> parameters, std::vector<Term> terms);

  void evaluate(const Vector& coordinates, const Points& points, Evaluation& out) const override;
  Vector values(const Vector& coordinates, const Points& points) const override;
  Vector coordinates(const Vector& values, const Points& points) const override;
  std::vector<Vector> starts(const Points& points, int count) const override;

 private:
  Vector projected(const Vector& exponents, const Points& points) const;

  int offset_ = -1;
  std::vector<Term> terms_;
  std::vector<int> exponents_;  ///< places of the different exponents
};

}  // namespace enigma::law
