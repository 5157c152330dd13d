// From argv to one call of one command: global options are taken out wherever they stand.
#pragma once

#include "input/command_line.h"

#include <filesystem>
#include <string>
#include <vector>

namespace enigma::cli {

/// A call of enigma-sweep.
struct Invocation : Call {
  std::filesystem::path store;    ///< --store, ENIGMA_STORE or ./.enigma; need not exist yet
  bool color = false;             ///< decided already: terminal, --color and NO_COLOR
  std::filesystem::path program;  ///< this very program, to start a controller with
  std::string version;            ///< of this program
};

/// What the command line asks for before any command runs.
struct Request {
  Invocation invocation;  ///< verb empty = none was named
  bool help = false;      ///< of the whole program
  bool version = false;
};

/// `arguments` without argv[0]. Global options: --store DIR, --json, --color always|never|auto,
/// --help, --version (the latter two before the verb). Throws InputError.
Request read_request(const std::vector<std::string>& arguments,
                     const std::filesystem::path& program, const char* store_variable,
                     bool terminal);

}  // namespace enigma::cli
