// A number with the interval that it stands in; what is not known is left out.
#pragma once

#include <optional>

namespace enigma::law {

struct Interval {
  std::optional<double> value, low, high;
};

}  // namespace enigma::law
