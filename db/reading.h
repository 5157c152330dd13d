// How a store is read where nothing may be written beside it. SQLite's shared reading needs two
// files next to the database (log and index), which it cannot make there.
#pragma once

#include <filesystem>
#include <string>

namespace enigma::db {

/// A private copy of a database and its log, removed with this object; empty = nothing was copied.
struct Copy {
  Copy() = default;
  ~Copy();
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  std::filesystem::path folder;
};

/// The name (a URI) under which `file` can be read:
/// - shared with a writer where the folder may be written, or log and index lie there already;
/// - immutable where there is no log: then nobody writes (a writer keeps one as long as it lives);
/// - otherwise (a log without its index, as of a copied store) a copy of both, put into `copy`.
std::string readable_name(const std::filesystem::path& file, Copy& copy);

}  // namespace enigma::db
