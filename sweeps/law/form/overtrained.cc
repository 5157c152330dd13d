#include "sweeps/law/form/power_terms.h"

#include <cmath>

namespace enigma::law {

std::unique_ptr<Form> overtrained_form() {
  using enum ParameterKind;
  // 6^(b/2)·D^b = (√6·D)^b: the second coefficient's axis is D in units of 1/√6.
  return std::make_unique<PowerTerms>(
      "overtrained", "L = E + alpha*N^b + beta*6^(b/2)*D^b", std::vector<char>{'N', 'D'},
      std::vector<Parameter>{{"alpha", coefficient, 0},
                             {"beta", coefficient, 1, false, std::log(6.0) / 2},
                             {.name = "b", .kind = exponent, .axis = 0, .negative = true},
                             {"E", offset}},
      std::vector<PowerTerms::Term>{{0, 2}, {1, 2}});
}

}  // namespace enigma::law
