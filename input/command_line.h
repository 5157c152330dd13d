// What every command of enigma-sweep gets, and the few things that all of them do alike:
// read their options, print one JSON document, speak to people on standard error.
#pragma once

#include "diagnostics/diagnostic.h"

#include <boost/program_options.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace enigma::cli {

/// Exit codes of `enigma-sweep` (contract section 1).
enum Exit : int {
  kDone = 0,
  kFault = 1,
  kWrongInput = 2,
  kNotFound = 3,
  kRunEnded = 4,
  kHeld = 5,
  kNoController = 6,
  kFitRefused = 7,
  kInterrupted = 130,
};

/// One call of one command, after the global options were taken out.
struct Invocation {
  std::string verb;
  std::filesystem::path store;    ///< --store, ENIGMA_STORE or ./.enigma; need not exist yet
  bool json = false;              ///< standard output is one JSON object, all else on stderr
  bool color = false;             ///< decided already: terminal, --color and NO_COLOR
  std::filesystem::path program;  ///< this very program, to start a controller with
  std::vector<std::string> args;  ///< what follows the verb
};

/// The command's options, or nothing when `--help` was asked for and printed. `usage` is the line
/// after the program's name ("plan SPEC [options]"). Throws InputError for an unknown option (with
/// the nearest known one), a missing value, or positional arguments beyond those declared.
std::optional<boost::program_options::variables_map> parse_options(
    const Invocation& invocation, const std::string& usage,
    const boost::program_options::options_description& options,
    const boost::program_options::positional_options_description& positional = {});

/// A required positional or option; throws InputError naming it where it is absent.
std::string required(const boost::program_options::variables_map& values, const std::string& name);

/// Prints `document` with "schema": "enigma.<verb>/1" as its first key on standard output (without
/// it where no command was named).
void print_document(const Invocation& invocation, const nlohmann::ordered_json& document);

/// Prints each diagnostic as a line on standard error.
void print_diagnostics(const std::vector<Diagnostic>& diagnostics);

/// `message` on standard error; returns kNotFound. With --json also {"diagnostics": […]}.
int not_found(const Invocation& invocation, const std::string& message,
              const std::string& suggestion = {});

}  // namespace enigma::cli
