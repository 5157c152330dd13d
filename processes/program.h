// Starting another program. It shares nothing with this one but what it is given: no descriptor of
// a store, lock or socket, no blocked signal, no terminal.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <variant>
#include <vector>

namespace enigma {

/// Where a stream of the program goes: thrown away, where this program's own goes, to the end of a
/// file (made where there is none), or into an open descriptor.
struct Discarded {};
struct Shared {};
using Sink = std::variant<Discarded, Shared, std::filesystem::path, int>;

struct Program {
  std::vector<std::string> words;  ///< the program first; looked for in PATH where it has no slash
  Sink out = Discarded{}, err = Shared{};
  /// A session of its own, so that a terminal's Ctrl-C passes it by.
  bool session = false;
  /// "NAME=VALUE" each, in place of this program's environment.
  std::optional<std::vector<std::string>> variables = {};
};

/// Starts it, with nothing to read. Throws std::system_error naming the program where the system
/// refuses (ENOENT: there is none of this name).
pid_t start(const Program& program);

}  // namespace enigma
