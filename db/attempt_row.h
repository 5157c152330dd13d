// An attempt as a row: one list of columns, written and read in the same order.
#pragma once

#include "db/connection.h"
#include "db/run.h"

namespace enigma::db {

/// "SELECT run, …": the columns in the order that read_attempt() takes (after run) and
/// put_attempt() binds. What follows is FROM.
extern const char* const kSelectAttempts;
extern const char* const kPutAttempt;  ///< inserts, or replaces what decisions own

Attempt read_attempt(Columns& columns);
void put_attempt(SQLite::Statement& statement, const std::string& run, int64_t place,
                 const Attempt& attempt);

}  // namespace enigma::db
