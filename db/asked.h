// Which runs a question is about: one, those of a sweep, some, or all. Only the store's own files
// include this.
#pragma once

#include "db/connection.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace enigma::db {

struct Asked {
  std::optional<std::string> run, sweep, ids;  ///< `ids`: a JSON array
};

inline Asked asked_for(const std::vector<std::string>& ids) {
  return {.run = {}, .sweep = {}, .ids = nlohmann::json(ids).dump()};
}

/// A query over `asked (run)`, the ids asked for, as ?1 to ?3; CROSS JOIN keeps them outermost, so
/// that each run is looked up by its key.
inline std::string over_asked(const char* query) {
  return std::string(R"sql(WITH asked (run) AS (
  SELECT ?1 WHERE ?1 IS NOT NULL
  UNION ALL SELECT members.run FROM members WHERE sweep = ?2
  UNION ALL SELECT DISTINCT value FROM json_each(?3)
  UNION ALL SELECT id FROM runs WHERE ?1 IS NULL AND ?2 IS NULL AND ?3 IS NULL)
)sql") + query;
}

inline SQLite::Statement& bind_asked(SQLite::Statement& statement, const Asked& asked) {
  return bind_all(statement, asked.run, asked.sweep, asked.ids);
}

}  // namespace enigma::db
