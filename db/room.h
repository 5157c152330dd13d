// A disk that takes nothing more for now: a reason to wait, not to give up.
#pragma once

#include "db/store.h"

namespace enigma::db {

/// The disk is full, over its quota, or failing. What was to be written is not written; the same
/// call may succeed later.
class NoRoom : public StoreError {
 public:
  using StoreError::StoreError;
};

/// Whether waiting is the remedy: NoRoom, or the same reported by SQLite or by the system.
bool is_lack_of_room(const std::exception& broken);

}  // namespace enigma::db
