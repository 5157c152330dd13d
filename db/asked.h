// Which runs a question is about: one, those of a sweep, or all. Only the store's own files include
// this.
#pragma once

#include "db/connection.h"

#include <optional>
#include <string>

namespace enigma::db {

struct Asked {
  std::optional<std::string> run, sweep;
};

/// A query over `asked (run)`, the ids asked for, as ?1 and ?2; CROSS JOIN keeps them outermost, so
/// that each run is looked up by its key.
inline std::string over_asked(const char* query) {
  return std::string(R"sql(WITH asked (run) AS (
  SELECT ?1 WHERE ?1 IS NOT NULL
  UNION ALL SELECT members.run FROM members WHERE sweep = ?2
  UNION ALL SELECT id FROM runs WHERE ?1 IS NULL AND ?2 IS NULL)
)sql") + query;
}

inline SQLite::Statement& bind_asked(SQLite::Statement& statement, const Asked& asked) {
  return bind_all(statement, asked.run, asked.sweep);
}

}  // namespace enigma::db
