// A run as a row, and the writes that saving and committing share. Only the store's own files
// include this.
#pragma once

#include "db/connection.h"
#include "db/run.h"

#include <functional>
#include <string>

namespace enigma::db {

/// Gives the prepared statement of a literal.
using Use = std::function<SQLite::Statement&(const char* sql)>;

/// "SELECT " and the columns that read_run takes, in its order.
extern const std::string kSelectRun;
Run read_run(Columns& columns);

/// What turns own of a run, without its attempts. Inside the caller's transaction.
void put_state(const Use& use, const Run& run);
/// The same, and its attempts.
void put_decided(const Use& use, const Run& run);
void put_events(const Use& use, const std::vector<Event>& events);

}  // namespace enigma::db
