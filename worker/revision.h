// The revision that this program was built from: reported in `hello`, recorded per attempt.
#pragma once

namespace enigma::worker {

extern const char* const kRevision;

}  // namespace enigma::worker
