// How parameters travel between the ranks of a run, as a table for people.
#pragma once

#include "orchestrator/documents/unknown.h"

#include <string>

namespace enigma::documents {

/// `communication` of `show`: a line a group of parameters that travel together, in the order in
/// which their gradients are summed. Empty where nothing travels, or the document is not one.
std::string communication_table(const Json& communication);

}  // namespace enigma::documents
