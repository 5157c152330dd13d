#include "db/connection.h"

#include "db/room.h"
#include "db/schema.h"

#include <fmt/format.h>

#include <cerrno>
#include <sqlite3.h>
#include <system_error>

namespace enigma::db {
namespace {

constexpr int kPrimary = 0xFF;  ///< the part of a result code that names the kind

bool is_for_reading(const StoreOptions& options, int flags) {
  return (flags & SQLite::OPEN_READWRITE) == 0 && options.vfs.empty();
}

SQLite::Database open_database(const std::filesystem::path& file, const StoreOptions& options,
                               int flags, Copy& copy) {
  try {
    if (!is_for_reading(options, flags)) {
      return {file.string(), flags, options.busy_timeout_ms, options.vfs};
    }
    return {readable_name(file, copy), flags | SQLite::OPEN_URI, options.busy_timeout_ms};
  } catch (const SQLite::Exception& error) { refuse(file.string(), "cannot be opened", error); }
}

std::string remedy(int code) {
  switch (code & kPrimary) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "the file is damaged: put a copy of it back, or move it away and submit again";
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return "nothing is wrong with the store: this user lacks the permission on the file or its "
             "folder, or the folder is not there";
    case SQLITE_FULL:
      return "the disk is full: free some space, then repeat";
    case SQLITE_IOERR:
      return "the disk refused: check its space, quota and connection, then repeat";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program is writing it: repeat in a moment";
    default:
      return "repeat; if it happens again, keep the store and report this message";
  }
}

bool is_lack_of_room(int code) {
  return (code & kPrimary) == SQLITE_FULL || (code & kPrimary) == SQLITE_IOERR;
}

}  // namespace

std::string to_text(const SQLite::Exception& error) {
  return fmt::format("{}; {}", error.what(), remedy(error.getErrorCode()));
}

void refuse(const std::string& path, const std::string& what, const SQLite::Exception& error) {
  const std::string message = fmt::format("{}: {}: {}", path, what, to_text(error));
  if (is_lack_of_room(error.getErrorCode())) { throw NoRoom(message); }
  throw StoreError(message);
}

bool is_lack_of_room(const std::exception& broken) {
  if (dynamic_cast<const NoRoom*>(&broken) != nullptr) { return true; }
  if (const auto* said = dynamic_cast<const SQLite::Exception*>(&broken)) {
    return is_lack_of_room(said->getErrorCode());
  }
  const auto* refused = dynamic_cast<const std::system_error*>(&broken);
  if (refused == nullptr) { return false; }
  for (const int reason : {ENOSPC, EDQUOT, EFBIG, EIO}) {
    if (refused->code() == std::error_code(reason, std::generic_category())) { return true; }
  }
  return false;
}

NewerStoreError::NewerStoreError(const std::string& path, int64_t found, int64_t known)
    : StoreError(fmt::format("{}: is a store of version {}, this program knows up to version {}; "
                             "use the newer program that wrote it, or another --store",
                             path, found, known)),
      found_version(found),
      known_version(known) {}

Store::Connection::Connection(const std::filesystem::path& file, const StoreOptions& options,
                              int flags)
    : path(file.string()), database(open_database(file, options, flags, copy)) {
  try {
    if (options.exclusive_locking) { database.exec("PRAGMA locking_mode = EXCLUSIVE"); }
    check_version();
    database.exec("PRAGMA foreign_keys = ON");
    database.exec(
        "PRAGMA cache_size = -65536");  // KiB, where they are used: rows of runs are large
    if ((flags & SQLite::OPEN_READWRITE) == 0) { return; }
    if (sqlite3_db_readonly(database.getHandle(), "main") != 0) {
      throw StoreError(path + ": may only be read; check its permissions, or use another --store");
    }
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    // What a killed process had written but not synced is seen as committed: before anybody acts on
    // it, it must outlive a power loss, too.
    sqlite3_wal_checkpoint_v2(database.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                              nullptr);
  } catch (const SQLite::Exception& error) { refuse(path, "cannot be used as a store", error); }
}

SQLite::Statement& Store::Connection::use(const char* sql) {
  std::unique_ptr<SQLite::Statement>& statement = statements[sql];
  if (!statement) { statement = std::make_unique<SQLite::Statement>(database, sql); }
  statement->reset();
  statement->clearBindings();
  return *statement;
}

int64_t Store::Connection::user_version() {
  return database.execAndGet("PRAGMA user_version").getInt64();
}

void Store::Connection::check_version() {
  const int64_t found = user_version();
  if (found > schema_version()) { throw NewerStoreError(path, found, schema_version()); }
  const auto tables = database.execAndGet("SELECT COUNT(*) FROM sqlite_master").getInt64();
  if (found == 0 && tables > 0) {
    throw StoreError(path + ": is a database of another program; use another --store");
  }
}

void Store::Connection::migrate() {
  if (user_version() == schema_version()) { return; }
  in_transaction(*this, [&] {
    // Read again under the lock: another program may have been first.
    for (int64_t version = user_version() + 1; version <= schema_version(); ++version) {
      database.exec(migrations()[static_cast<size_t>(version - 1)]);
    }
    database.exec(fmt::format("PRAGMA user_version = {}", schema_version()));
    return true;
  });
}

}  // namespace enigma::db
