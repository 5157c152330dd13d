// The PATHs of a spec (`model.size`, `budget.flops`, …): one table of what may stand in `defaults`
// and `axes`, what its values must be, and where they go.
#pragma once

#include "input/fields.h"
#include "sweeps/point.h"

#include <string>
#include <vector>

namespace enigma::sweeps {

/// A point on its way: sessions are still the name of a set.
struct Draft {
  Point point;
  std::string subset;
};

struct Setting {
  const char* path;
  /// Checks the value at `pointer` and writes it into the draft. False, with diagnostics, where the
  /// value is wrong.
  bool (*apply)(const Document& document, const Json& value, const std::string& pointer,
                Draft& draft, std::vector<Diagnostic>& diagnostics);
};

/// Every PATH that this version knows, sorted.
const std::vector<Setting>& settings();

/// Nothing where the path is unknown.
const Setting* find_setting(const std::string& path);

/// PATHs of the contract that this version refuses with a message that says so.
bool is_unsupported_path(const std::string& path);

}  // namespace enigma::sweeps
