// One open database: pragmas, migrations, prepared statements, transactions.
// Only the store's own files include this.
#pragma once

#include "db/reading.h"
#include "db/store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <memory>
#include <string>

namespace enigma::db {

struct Store::Connection {
  Connection(const std::filesystem::path& file, const StoreOptions& options, int flags);

  /// A statement ready for binding; prepared once for each literal (the key is its address).
  SQLite::Statement& use(const char* sql);
  void migrate();
  /// Throws NewerStoreError, or StoreError for what is not ours.
  void check_version();
  int64_t user_version();

  std::string path;
  Copy copy;  ///< of a store that can be read in no other way; outlives `database`
  SQLite::Database database;
  std::map<const char*, std::unique_ptr<SQLite::Statement>> statements;
};

/// SQLite's answer in words, with a remedy for its cause.
std::string to_text(const SQLite::Exception& error);

/// `what` of the store at `path` was refused: NoRoom, or StoreError.
[[noreturn]] void refuse(const std::string& path, const std::string& what,
                         const SQLite::Exception& error);

/// Runs `work` in one BEGIN IMMEDIATE transaction. What SQLite refuses becomes a StoreError.
template <typename Connection, typename Work>
auto in_transaction(Connection& connection, const Work& work) {
  try {
    SQLite::Transaction transaction(connection.database, SQLite::TransactionBehavior::IMMEDIATE);
    auto result = work();
    transaction.commit();
    return result;
  } catch (const SQLite::Exception& error) { refuse(connection.path, "cannot be written", error); }
}

/// Binds each argument in turn, from 1; optionals bind NULL where they are empty.
template <typename... Values>
SQLite::Statement& bind_all(SQLite::Statement& statement, const Values&... values);

namespace binding {
inline void put(SQLite::Statement& s, int i, int64_t value) {
  s.bind(i, value);
}
inline void put(SQLite::Statement& s, int i, int value) {
  s.bind(i, value);
}
inline void put(SQLite::Statement& s, int i, bool value) {
  s.bind(i, value ? 1 : 0);
}
inline void put(SQLite::Statement& s, int i, double value) {
  s.bind(i, value);
}
inline void put(SQLite::Statement& s, int i, std::string_view value) {
  s.bind(i, std::string(value));
}
inline void put(SQLite::Statement& s, int i, const std::string& value) {
  s.bind(i, value);
}
template <typename T>
void put(SQLite::Statement& s, int i, const std::optional<T>& value) {
  if (value) {
    put(s, i, *value);
  } else {
    s.bind(i);
  }
}
}  // namespace binding

template <typename... Values>
SQLite::Statement& bind_all(SQLite::Statement& statement, const Values&... values) {
  int index = 0;
  (binding::put(statement, ++index, values), ...);
  return statement;
}

/// Reads columns one after another, so that a row's reading stands in the order of its SELECT.
class Columns {
 public:
  explicit Columns(SQLite::Statement& statement) : statement_(statement) {}
  int64_t integer() { return statement_.getColumn(next_++).getInt64(); }
  double real() { return statement_.getColumn(next_++).getDouble(); }
  std::string text() { return statement_.getColumn(next_++).getString(); }
  bool flag() { return integer() != 0; }
  std::optional<int64_t> maybe_integer() {
    return is_null() ? std::nullopt : std::optional(integer());
  }
  std::optional<double> maybe_real() { return is_null() ? std::nullopt : std::optional(real()); }
  std::optional<std::string> maybe_text() {
    return is_null() ? std::nullopt : std::optional(text());
  }

 private:
  /// Steps over a null.
  bool is_null() {
    if (!statement_.getColumn(next_).isNull()) { return false; }
    ++next_;
    return true;
  }
  SQLite::Statement& statement_;
  int next_ = 0;
};

/// Hands every row of a query to `take(Columns&)`; the statement is left without an open read.
template <typename Take>
void each_row(SQLite::Statement& statement, const Take& take) {
  struct Reset {
    SQLite::Statement& statement;
    ~Reset() { statement.tryReset(); }
  } reset{statement};
  while (statement.executeStep()) {
    Columns columns(statement);
    take(columns);
  }
}

/// Executes a statement that gives no rows; the number of rows changed.
inline int execute(SQLite::Statement& statement) {
  const int changed = statement.exec();
  statement.reset();
  return changed;
}

}  // namespace enigma::db
