#include "sweeps/law/form/power_terms.h"

namespace enigma::law {

std::unique_ptr<Form> power_offset_form() {
  using enum ParameterKind;
  return std::make_unique<PowerTerms>(
      "power_offset", "L = E + A*x^-alpha", std::vector<char>{},
      std::vector<Parameter>{{"E", offset}, {"A", coefficient, 0}, {"alpha", exponent, 0}},
      std::vector<PowerTerms::Term>{{1, 2}});
}

}  // namespace enigma::law
