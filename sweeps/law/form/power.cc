#include "sweeps/law/form/power_terms.h"

namespace enigma::law {

std::unique_ptr<Form> power_form() {
  using enum ParameterKind;
  return std::make_unique<PowerTerms>(
      "power", "L = A*x^-alpha", std::vector<char>{},
      std::vector<Parameter>{{"A", coefficient, 0}, {"alpha", exponent, 0}},
      std::vector<PowerTerms::Term>{{0, 1}});
}

}  // namespace enigma::law
