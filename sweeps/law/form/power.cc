#include "sweeps/law/form/power_terms.h"

namespace enigma::law {

std::unique_ptr<Form> power_form() {
  return std::make_unique<PowerTerms>("power", "L = A*x^-alpha", std::vector<char>{}, false,
                                      std::vector<PowerTerms::Term>{{"A", "alpha"}});
}

}  // namespace enigma::law
