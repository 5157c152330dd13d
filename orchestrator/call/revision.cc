#include "orchestrator/call/revision.h"

namespace enigma::cli {

const char* const kRevision = ENIGMA_REVISION;

}  // namespace enigma::cli
