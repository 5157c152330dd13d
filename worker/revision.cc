#include "worker/revision.h"

namespace enigma::worker {

const char* const kRevision = ENIGMA_REVISION;

}  // namespace enigma::worker
