#include "db/query.h"

#include "db/reading.h"

#include <memory>
#include <sqlite3.h>
#include <string_view>

namespace enigma::db {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kBusy_ms = 5000;

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

[[noreturn]] void refuse(sqlite3* database) {
  throw QueryError(sqlite3_errmsg(database));
}

/// Reading alone: a read-only database still lets a statement attach or write other files.
int allow_reading(void*, int action, const char*, const char*, const char*, const char*) {
  const bool reads = action == SQLITE_SELECT || action == SQLITE_READ ||
                     action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE;
  return reads ? SQLITE_OK : SQLITE_DENY;
}

Database opened(const std::string& name) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(name.c_str(), &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) { refuse(handle); }
  sqlite3_busy_timeout(handle, kBusy_ms);
  sqlite3_set_authorizer(handle, allow_reading, nullptr);
  return database;
}

Statement prepared(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  const auto bytes = static_cast<int>(sql.size());
  if (sqlite3_prepare_v2(database, sql.c_str(), bytes, &handle, &rest) != SQLITE_OK) {
    refuse(database);
  }
  Statement statement(handle);
  if (handle == nullptr) { throw QueryError("there is no statement in it"); }
  if (std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    throw QueryError("there is more than one statement in it");
  }
  return statement;
}

Json cell(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(statement, column);
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return nullptr;
    default:
      break;
  }
  const void* bytes = sqlite3_column_blob(statement, column);
  const auto count = static_cast<size_t>(sqlite3_column_bytes(statement, column));
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), count);
}

std::vector<Json> row_of(sqlite3_stmt* statement) {
  std::vector<Json> row;
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    row.push_back(cell(statement, column));
  }
  return row;
}

}  // namespace

QueryResult query(const std::filesystem::path& file, const std::string& sql) {
  Copy copy;
  const Database database = opened(readable_name(file, copy));
  const Statement statement = prepared(database.get(), sql);
  QueryResult result;
  for (int column = 0; column < sqlite3_column_count(statement.get()); ++column) {
    result.columns.emplace_back(sqlite3_column_name(statement.get(), column));
  }
  int code = sqlite3_step(statement.get());
  for (; code == SQLITE_ROW; code = sqlite3_step(statement.get())) {
    result.rows.push_back(row_of(statement.get()));
  }
  if (code != SQLITE_DONE) { refuse(database.get()); }
  return result;
}

}  // namespace enigma::db
