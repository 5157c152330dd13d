// The rows of `export`: one flat object a run, the input of laws and notebooks.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <string>

namespace enigma::documents {

/// One row a run of the sweep, in the order of the spec, then one column per axis.
Json export_rows(const db::Store& store, const std::string& sweep);

}  // namespace enigma::documents
