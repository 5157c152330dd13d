// What the forms that read a frontier off the rows have found.
#pragma once

#include "sweeps/law/frontier/envelope.h"
#include "sweeps/law/frontier/isoflop.h"

#include <optional>

namespace enigma::law {

struct Readings {
  std::optional<IsoFlop> isoflop;    ///< of the form isoflop:*
  std::optional<Envelope> envelope;  ///< of the form envelope
};

}  // namespace enigma::law
