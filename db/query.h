// A question in SQL to a store, which it cannot change.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace enigma::db {

/// What is wrong with a question, in SQLite's words.
class QueryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct QueryResult {
  std::vector<std::string> columns;
  std::vector<std::vector<nlohmann::ordered_json>> rows;  ///< null, numbers and texts
};

/// One SELECT (or VALUES, or WITH). Throws QueryError for anything else, and for what SQLite
/// refuses.
QueryResult query(const std::filesystem::path& file, const std::string& sql);

}  // namespace enigma::db
