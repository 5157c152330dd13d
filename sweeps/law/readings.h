// What the forms that read a frontier off the rows have found.
#pragma once

#include "sweeps/law/envelope.h"
#include "sweeps/law/isoflop.h"

#include <optional>

namespace enigma::law {

struct Readings {
  std::optional<IsoFlop> isoflop;    ///< of the form isoflop:*
  std::optional<Envelope> envelope;  ///< of the form envelope
};

}  // namespace enigma::law
