#include "db/store.h"

#include "db/connection.h"

#include <fmt/format.h>

namespace enigma::db {

Store::Store(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Store Store::open(const std::filesystem::path& file, const StoreOptions& options) {
  // A newer store is refused by a connection that cannot write, so that nothing of it changes.
  if (options.vfs.empty() && std::filesystem::exists(file)) {
    Connection(file, options, SQLite::OPEN_READONLY);
  }
  auto connection =
      std::make_unique<Connection>(file, options, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  connection->migrate();
  return Store(std::move(connection));
}

Store Store::open_read_only(const std::filesystem::path& file, const StoreOptions& options) {
  if (options.vfs.empty() && !std::filesystem::exists(file)) {
    throw StoreError(file.string() +
                     ": no store is there; submit a sweep first, or name another "
                     "folder with --store");
  }
  auto connection = std::make_unique<Connection>(file, options, SQLite::OPEN_READONLY);
  const int64_t found = connection->user_version();
  if (found < schema_version()) {
    throw StoreError(
        fmt::format("{}: is a store of version {}, this program reads version {}; "
                    "start the controller once (enigma-sweep serve), which brings it "
                    "up to date",
                    file.string(), found, schema_version()));
  }
  return Store(std::move(connection));
}

Store::Moment::Moment(const Store& store) : connection_(*store.connection_) {
  connection_.database.exec("BEGIN");
}

Store::Moment::~Moment() {
  connection_.database.tryExec("COMMIT");
}

Store::Moment Store::moment() const {
  return Moment(*this);
}

}  // namespace enigma::db
