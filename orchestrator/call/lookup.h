// Names that people type: a store, a run by the first digits of its id, a sweep.
#pragma once

#include "db/store.h"
#include "orchestrator/call/invocation.h"

#include <optional>
#include <string>

namespace enigma::cli {

/// A sweep, run or store that does not exist (exit code 3).
class NoSuchName : public std::runtime_error {
 public:
  NoSuchName(const std::string& message, std::string suggestion)
      : std::runtime_error(message), suggestion(std::move(suggestion)) {}
  std::string suggestion;
};

/// The store, for reading; nothing where there is none yet.
std::optional<db::Store> store_if_any(const Invocation& invocation);

/// The same. Throws NoSuchName where there is none yet.
db::Store store_of(const Invocation& invocation);

/// The id that begins with `name`. Throws NoSuchName where none or several do.
std::string run_named(const db::Store& store, const std::string& name);

/// Throws NoSuchName, with the nearest name, where there is no such sweep.
std::string sweep_named(const db::Store& store, const std::string& name);

}  // namespace enigma::cli
