#include "sweeps/law/form/power_terms.h"

namespace enigma::law {

std::unique_ptr<Form> chinchilla_form() {
  using enum ParameterKind;
  return std::make_unique<PowerTerms>("chinchilla", "L = E + A*N^-alpha + B*D^-beta",
                                      std::vector<char>{'N', 'D'},
                                      std::vector<Parameter>{{"E", offset},
                                                             {"A", coefficient, 0},
                                                             {"B", coefficient, 1},
                                                             {"alpha", exponent, 0},
                                                             {"beta", exponent, 1}},
                                      std::vector<PowerTerms::Term>{{1, 3}, {2, 4}});
}

}  // namespace enigma::law
