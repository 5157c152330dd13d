#include "sweeps/law/form/power_terms.h"

namespace enigma::law {

std::unique_ptr<Form> tied_form() {
  using enum ParameterKind;
  return std::make_unique<PowerTerms>(
      "tied", "L = E + A*N^-alpha + B*D^-alpha", std::vector<char>{'N', 'D'},
      std::vector<Parameter>{
          {"E", offset}, {"A", coefficient, 0}, {"B", coefficient, 1}, {"alpha", exponent, 0}},
      std::vector<PowerTerms::Term>{{1, 3}, {2, 3}});
}

}  // namespace enigma::law
