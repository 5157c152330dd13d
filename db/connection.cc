#include "db/connection.h"

#include "db/schema.h"

#include <fmt/format.h>

#include <sqlite3.h>

namespace enigma::db {
namespace {

SQLite::Database open_database(const std::filesystem::path& file, const StoreOptions& options,
                               int flags) {
  try {
    return {file.string(), flags, options.busy_timeout_ms, options.vfs};
  } catch (const SQLite::Exception& error) {
    throw StoreError(
        fmt::format("{}: cannot be opened: {}; check that the folder exists and that "
                    "you may write there",
                    file.string(), error.what()));
  }
}

}  // namespace

NewerStoreError::NewerStoreError(const std::string& path, int64_t found, int64_t known)
    : StoreError(fmt::format("{}: is a store of version {}, this program knows up to version {}; "
                             "use the newer program that wrote it, or another --store",
                             path, found, known)),
      found_version(found),
      known_version(known) {}

Store::Connection::Connection(const std::filesystem::path& file, const StoreOptions& options,
                              int flags)
    : path(file.string()), database(open_database(file, options, flags)) {
  try {
    if (options.exclusive_locking) database.exec("PRAGMA locking_mode = EXCLUSIVE");
    check_version();
    database.exec("PRAGMA foreign_keys = ON");
    if ((flags & SQLite::OPEN_READWRITE) == 0) return;
    if (sqlite3_db_readonly(database.getHandle(), "main") != 0)
      throw StoreError(path + ": may only be read; check its permissions, or use another --store");
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
  } catch (const SQLite::Exception& error) {
    throw StoreError(
        fmt::format("{}: cannot be used as a store: {}; if it is damaged, move it away or use "
                    "another --store",
                    path, error.what()));
  }
}

SQLite::Statement& Store::Connection::use(const char* sql) {
  std::unique_ptr<SQLite::Statement>& statement = statements[sql];
  if (!statement) statement = std::make_unique<SQLite::Statement>(database, sql);
  statement->reset();
  statement->clearBindings();
  return *statement;
}

int64_t Store::Connection::user_version() {
  return database.execAndGet("PRAGMA user_version").getInt64();
}

void Store::Connection::check_version() {
  const int64_t found = user_version();
  if (found > schema_version()) throw NewerStoreError(path, found, schema_version());
  const auto tables = database.execAndGet("SELECT COUNT(*) FROM sqlite_master").getInt64();
  if (found == 0 && tables > 0)
    throw StoreError(path + ": is a database of another program; use another --store");
}

void Store::Connection::migrate() {
  if (user_version() == schema_version()) return;
  in_transaction(*this, [&] {
    // Read again under the lock: another program may have been first.
    for (int64_t version = user_version() + 1; version <= schema_version(); ++version)
      database.exec(migrations()[static_cast<size_t>(version - 1)]);
    database.exec(fmt::format("PRAGMA user_version = {}", schema_version()));
    return true;
  });
}

}  // namespace enigma::db
