#include "sweeps/law/form/power_terms.h"

namespace enigma::law {

std::unique_ptr<Form> power_offset_form() {
  return std::make_unique<PowerTerms>("power_offset", "L = E + A*x^-alpha", std::vector<char>{},
                                      true, std::vector<PowerTerms::Term>{{"A", "alpha"}});
}

}  // namespace enigma::law
