// The tables, as numbered migrations. One that has been applied anywhere is never edited again:
// a change of the schema is a new migration at the end.
#pragma once

#include <span>

namespace enigma::db {

/// Migration k (counted from 1) takes a database of user_version k − 1 to k.
std::span<const char* const> migrations();

}  // namespace enigma::db
