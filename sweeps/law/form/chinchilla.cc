#include "sweeps/law/form/power_terms.h"

namespace enigma::law {

std::unique_ptr<Form> chinchilla_form() {
  return std::make_unique<PowerTerms>("chinchilla", "L = E + A*N^-alpha + B*D^-beta",
                                      std::vector<char>{'N', 'D'}, true,
                                      std::vector<PowerTerms::Term>{{"A", "alpha"}, {"B", "beta"}});
}

}  // namespace enigma::law
