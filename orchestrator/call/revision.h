// The revision that this program was built from: frozen forecasts name it.
#pragma once

namespace enigma::cli {

extern const char* const kRevision;

}  // namespace enigma::cli
